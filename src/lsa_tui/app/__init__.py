"""The terminal application: the only rooms that know Textual."""
