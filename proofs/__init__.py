"""Proofs of the sync at their full sizes: `python -m proofs --full`. Slices of them run with the tests."""
