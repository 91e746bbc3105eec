"""`semeq words`: the vocabulary, and words of one's own."""
