"""lsa-tui: a pupil's school day, logged in one key by their 1:1 Learning Support Assistant."""

import sys

__version__ = "0.4.0"

# Peewee takes up PostgreSQL's driver wherever it is installed: 120 ms at every start, for what only a sync with a
# server uses. `sync.driver` loads it then.
sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]
