"""What English words outside the vocabulary mean, in words that it holds."""

from .index import Thesaurus, ThesaurusError, shipped_thesaurus

__all__ = ["Thesaurus", "ThesaurusError", "shipped_thesaurus"]
