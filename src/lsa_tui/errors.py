"""Errors that are sentences: what is wrong, with which file, key or value, and what to do."""


class LsaError(Exception):
    """Something could not be done; its text is shown to the user as it stands."""

    code = "failed"
    exit_code = 1


class BadInput(LsaError):
    """Wrong use or bad input (exit 2)."""

    code = "bad_input"
    exit_code = 2


class NothingToUndo(LsaError):
    """Undo or redo has nothing left (exit 1)."""

    code = "nothing_left"


class NewerDatabase(LsaError):
    """A database or shared file written by a newer program; it is left untouched."""

    code = "newer"


class SyncIncomplete(LsaError):
    """The sync did not complete; everything is still on this device (exit 4)."""

    code = "sync_incomplete"
    exit_code = 4


class Locked(LsaError):
    """A passphrase is missing or wrong (exit 3)."""

    code = "locked"
    exit_code = 3


class NotAllowed(LsaError):
    """Somebody with this role may not do that (exit 1)."""

    code = "not_allowed"
