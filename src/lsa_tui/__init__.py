"""lsa-tui: a pupil's school day, logged in one key by their 1:1 Learning Support Assistant."""

__version__ = "0.2.0"
