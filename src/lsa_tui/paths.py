"""Where everything of one person on one device is kept. The only reader of `LSA_HOME`."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lsa_tui.errors import LsaError


@dataclass(frozen=True)
class Paths:
    """The folders of one home. Made readable by the owner alone when they are first needed."""

    config_folder: Path
    data_folder: Path

    @property
    def config(self) -> Path:
        return self.config_folder / "config.toml"

    @property
    def themes(self) -> Path:
        return self.config_folder / "themes"

    @property
    def database(self) -> Path:
        return self.data_folder / "records.db"

    @property
    def key(self) -> Path:
        """The wrapped key of an encrypted home."""
        return self.data_folder / "key.json"

    @property
    def key_copy(self) -> Path:
        """The same again: without it an encrypted home is lost."""
        return self.backups / "key.json"

    @property
    def concerns(self) -> Path:
        """Drafts of concerns and what was sealed for the DSL."""
        return self.data_folder / "concerns.db"

    @property
    def failures(self) -> Path:
        """When a wrong passphrase was tried."""
        return self.data_folder / "unlock-failed.json"

    @property
    def drafts(self) -> Path:
        return self.data_folder / "drafts"

    @property
    def backups(self) -> Path:
        return self.data_folder / "backups"

    @property
    def saved(self) -> Path:
        """Documents that the user saved from the day's end."""
        return self.data_folder / "saved"

    @property
    def lock(self) -> Path:
        return self.data_folder / "application.lock"

    @property
    def key_lock(self) -> Path:
        """Held while the key file is changed."""
        return self.data_folder / "key.lock"

    def named(self) -> dict[str, Path]:
        """What `lsa paths` prints: a word for each place, and the place."""
        return {
            "config": self.config,
            "database": self.database,
            "key": self.key,
            "concerns": self.concerns,
            "drafts": self.drafts,
            "backups": self.backups,
            "themes": self.themes,
            "saved": self.saved,
            "lock": self.lock,
        }

    def make(self) -> None:
        """Creates the folders, for the owner alone. Raises LsaError where that is not possible."""
        for folder in (self.config_folder, self.data_folder):
            private_folder(folder)


def private_folder(folder: Path) -> Path:
    """`folder`, created for its owner alone where it was missing."""
    try:
        if folder.is_dir():
            if os.name == "posix" and folder.stat().st_uid == os.geteuid() and not any(folder.iterdir()):
                folder.chmod(0o700)  # made for us a moment ago, and still empty
        else:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
    except OSError as problem:
        raise LsaError(
            f"the folder {folder} cannot be made ({problem.strerror}); choose another with --home DIR"
        ) from None
    return folder


def write_whole(target: Path, content: str) -> None:
    """Writes a file whole or not at all: to a neighbour first, then moved into place, owner only."""
    private_folder(target.parent)
    neighbour = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        handle = os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(neighbour, target)
    except OSError as problem:
        with suppress(OSError):
            neighbour.unlink(missing_ok=True)
        raise LsaError(f"{target} could not be written ({problem.strerror}); nothing was changed") from None


def chosen_home(home: str | None = None) -> str | None:
    """The home named by `--home`, else by `LSA_HOME`; None where it is the platform's own folders."""
    return home or os.environ.get("LSA_HOME") or None


def find(home: str | None = None) -> Paths:
    """The home named by `--home`, else by `LSA_HOME`, else the platform's own folders."""
    chosen = chosen_home(home)
    if chosen:
        try:
            folder = Path(chosen).expanduser().absolute()
            is_file = folder.exists() and not folder.is_dir()
        except (OSError, RuntimeError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise LsaError(
                f"the home {chosen[:80]!r} cannot be used ({reason}); choose another with --home DIR"
            ) from None
        if is_file:
            raise LsaError(f"the home {folder} is a file, not a folder; choose another with --home DIR")
        return Paths(folder, folder)
    import platformdirs  # 25 ms that a named home need not pay

    # Local, not roaming: a roaming profile is copied to a server by Windows itself.
    folders = platformdirs.PlatformDirs("lsa-tui", appauthor=False, roaming=False)
    return Paths(Path(folders.user_config_path), Path(folders.user_data_path))


def memory_folder() -> Path | None:
    """As `runtime_folder`, whether it was made already or not, and whosever it is."""
    if os.name != "posix":
        return None
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and Path(given).is_dir():
        return Path(given) / "lsa-tui"
    memory = Path("/dev/shm")
    return memory / f"lsa-tui-{os.geteuid()}" if memory.is_dir() else None


def runtime_folder() -> Path | None:
    """A folder of this user alone that is kept in memory and gone after a restart; None where the system has none."""
    folder = memory_folder()
    if folder is None:
        return None
    private_folder(folder)
    return folder if is_ours_alone(folder) else None


def is_ours_alone(folder: Path) -> bool:
    """Whether a folder is this user's alone: somebody else may have made one of that name first. Raises OSError."""
    facts = folder.lstat()
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and facts.st_mode & 0o777 == 0o700
