"""A SQLite file has no place in a folder that a cloud client copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsa_tui.address import parse, typed
from lsa_tui.errors import BadInput
from lsa_tui.sync import checking, clouds
from lsa_tui.sync.run import sync


@pytest.mark.parametrize(
    ("folder", "client"),
    [
        ("OneDrive", "OneDrive"),
        ("OneDrive - Hill School", "OneDrive"),
        ("Google Drive", "Google Drive"),
        ("My Drive", "Google Drive"),
        ("Dropbox", "Dropbox"),
        ("Dropbox (School)", "Dropbox"),
        ("iCloud Drive", "iCloud"),
        ("com~apple~CloudDocs", "iCloud"),
        ("Nextcloud", "Nextcloud"),
        ("nextcloud2", "Nextcloud"),
        ("Syncthing", "Syncthing"),
        ("CloudStorage/OneDrive-HillSchool", "OneDrive"),
        ("CloudStorage/Box-Box", "Box"),
        ("home/jt/Box", "Box"),
        ("Users/jt/MEGA", "MEGA"),
        ("Users/jt/pCloud", "pCloud"),
        ("pCloudDrive", "pCloudDrive"),
    ],
)
def test_a_client_is_known_by_its_folders_name(tmp_path: Path, folder: str, client: str) -> None:
    assert clouds.client_of(tmp_path / folder / "Class 7B" / "school.db") == client


@pytest.mark.parametrize(
    ("marker", "client"),
    [
        (".stfolder/", "Syncthing"),
        (".dropbox", "Dropbox"),
        (".dropbox.cache/", "Dropbox"),
        (".sync_4f1e22ab90aa.db", "Nextcloud"),
        ("._sync_4f1e22ab90aa.db", "Nextcloud"),
        (".tmp.drivedownload/", "Google Drive"),
        (".megaignore", "MEGA"),
    ],
)
def test_a_client_is_known_by_what_it_leaves_there(tmp_path: Path, marker: str, client: str) -> None:
    folder = tmp_path / "Records" / "Class 7B"
    folder.mkdir(parents=True)
    assert clouds.client_of(folder / "school.db") is None
    left = tmp_path / "Records" / marker
    left.mkdir() if marker.endswith("/") else left.write_bytes(b"")
    assert clouds.client_of(folder / "school.db") == client


@pytest.mark.parametrize(
    "folder",
    ["share", "box", "school/Box", "home/jt/boxes", "drive", "my drives", "onedriver", "dropboxes", "sync", "cloud"],
)
def test_a_share_is_none(tmp_path: Path, folder: str) -> None:
    assert clouds.client_of(tmp_path / folder / "school.db") is None


def test_the_settings_of_a_client_are_not_its_folder(tmp_path: Path) -> None:
    (tmp_path / ".dropbox").mkdir()
    assert clouds.client_of(tmp_path / "school.db") is None


def test_a_link_into_such_a_folder_is_seen(tmp_path: Path) -> None:
    (tmp_path / "Dropbox" / "School").mkdir(parents=True)
    (tmp_path / "share").symlink_to(tmp_path / "Dropbox" / "School")
    assert clouds.client_of(tmp_path / "share" / "school.db") == "Dropbox"


def test_a_sync_refuses_and_says_what_to_use(homes, tmp_path: Path) -> None:
    place = tmp_path / "OneDrive - Hill School" / "school.db"
    place.parent.mkdir()
    with pytest.raises(BadInput) as caught:
        sync(homes("jt"), f"sqlite:///{place}")
    assert "OneDrive copies" in str(caught.value)
    assert typed(f"folder:///{place.parent}") in str(caught.value)
    assert list(place.parent.iterdir()) == []
    assert parse(f"folder:///{place.parent}").kind == "folder", "what is offered can be typed"


@pytest.mark.parametrize("used", [True, False])
def test_doctor_says_the_same_and_offers_no_sync(homes, tmp_path: Path, used: bool) -> None:
    place = tmp_path / "share" / "school.db"
    place.parent.mkdir()
    book, url = homes("jt"), f"sqlite:///{place}"
    if used:
        sync(book, url)
    (place.parent / ".dropbox").write_text("")
    with pytest.raises(BadInput) as caught:
        sync(book, url)
    found = checking.examine(book, url)
    assert (found[0].well, found[0].says) == (False, str(caught.value))
    assert not any(one.does or "the next sync makes it" in one.says for one in found)
    assert any("can be reached" in one.says for one in found) == used, "what is there is looked at all the same"


def test_setting_up_refuses_too(run_lsa, tmp_path: Path) -> None:
    done = run_lsa("init", "--plain", "--initials", "JT", "--shared", f"sqlite:///{tmp_path}/Dropbox/school.db")
    assert done.code == 2
    assert "Dropbox copies" in done.err


def test_a_folder_store_is_welcome_there(tmp_path: Path) -> None:
    clouds.check(parse(f"folder:///{tmp_path}/Dropbox/School"))
