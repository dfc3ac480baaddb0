"""The Peewee models. They are bound to no database: every query says which one it runs on.

(Rebinding a model in a sync thread sent 97 of 200 rows to the wrong database; see docs/records.md.)
"""

from __future__ import annotations

from peewee import (
    BigIntegerField,
    BooleanField,
    CompositeKey,
    IntegerField,
    Model,
    TextField,
)


class Change(Model):
    """One immutable change. Exactly what a shared store holds, too.

    `dev`, `seq`: whose and the how-many-th; `hlc`: order for display and ties; `wall`, `zone`, `actor`, `role`: when,
    where and by whom it was written down; `kind`, `row`: what it is about; `body`: JSON of `set` (field to value) and
    `preds` (field to the changes it replaces); `chain` covers everything, the body through its salted hash.
    """

    dev = TextField()
    seq = BigIntegerField()
    uid = TextField(unique=True)
    hlc = BigIntegerField()
    wall = TextField()
    zone = TextField()
    actor = TextField()
    role = TextField()
    audience = TextField()
    schema = IntegerField()
    kind = TextField()
    row = TextField(index=True)
    op = TextField()
    body = TextField(null=True)
    salt = TextField(null=True)
    body_hash = TextField()
    chain = TextField()

    class Meta:
        table_name = "change"
        primary_key = CompositeKey("dev", "seq")
        without_rowid = True


class Head(Model):
    """The version vector: the last change held of each device."""

    dev = TextField(primary_key=True)
    seq = BigIntegerField()
    chain = TextField()

    class Meta:
        table_name = "head"
        without_rowid = True


class Meta(Model):
    """Facts about the database itself: format, device, clock, the pupil in focus."""

    key = TextField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "meta"
        without_rowid = True


class Mine(Model):
    """This device's changes that can still be undone, by step. Emptied as they are shared."""

    uid = TextField(primary_key=True)
    step = IntegerField(index=True)
    undone = BooleanField(default=False)

    class Meta:
        table_name = "mine"
        indexes = ((("undone", "step"), False),)


class Record(Model):
    """A record as the log says it is now. Made only by the fold; can be thrown away and rebuilt."""

    uid = TextField(primary_key=True)
    kind = TextField()
    pupil = TextField(null=True)
    at = BigIntegerField(null=True)
    at_text = TextField(null=True)
    day = TextField(null=True)
    recorded = TextField()
    by = TextField()
    own = BooleanField()
    open = BooleanField()
    removed = TextField(null=True)
    revisions = IntegerField()
    order = BigIntegerField(column_name="ord")
    conflict = TextField(null=True)
    data = TextField()

    class Meta:
        table_name = "record"
        without_rowid = True
        indexes = ((("day", "pupil"), False), (("kind", "day"), False), (("open", "kind"), False))


_SAME = " AND ".join(
    f"NEW.{name} IS OLD.{name}" for name in Change._meta.sorted_field_names if name not in ("body", "salt")
)

ONLY_ERASED = f"""CREATE TRIGGER change_is_immutable BEFORE UPDATE ON change
    WHEN NOT (OLD.op = 'set' AND NEW.body IS NULL AND NEW.salt IS NULL AND {_SAME})
    BEGIN SELECT RAISE(ABORT, 'a change cannot be altered'); END"""
"""The guard of the log, here and in a shared store: a change can lose its body to an erasure, and nothing else."""

LOG = (Change, Head, Meta)
LOCAL = (*LOG, Mine, Record)
