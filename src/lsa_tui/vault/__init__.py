"""Keys, encryption, unlock sessions. Knows nothing of records."""
