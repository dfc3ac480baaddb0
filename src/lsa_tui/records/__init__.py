"""The log of changes, the tables folded from it, and the vocabulary of what can be recorded."""
