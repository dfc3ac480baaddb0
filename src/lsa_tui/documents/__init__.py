"""Documents for an audience, built up from an allow-list, and one renderer per format."""
