"""Local log and shared store, both ways."""
