"""The published kind of encoder, form by form, beside `lean`."""

from .folds import FORMS, LEAN, Material, run_fold
from .report import as_page, as_table

__all__ = [
    "FORMS",
    "LEAN",
    "Material",
    "as_page",
    "as_table",
    "run_fold",
]
