"""The project itself: what the wheel holds, what the docs say, what the README promises."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a freshly built wheel."""
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return zipfile.ZipFile(next(target.glob("*.whl"))).namelist()


def test_the_wheel_holds_every_theme_and_style_sheet(wheel: list[str]) -> None:
    themes = {f"lsa_tui/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")}
    sheets = {f"lsa_tui/{path.relative_to(ROOT / 'src' / 'lsa_tui')}" for path in (ROOT / "src").rglob("*.tcss")}
    assert len(themes) >= 4
    assert sheets
    assert themes | sheets <= set(wheel)


def test_the_wheel_holds_nothing_but_the_program(wheel: list[str]) -> None:
    assert {name.split("/")[0] for name in wheel if ".dist-info" not in name} == {"lsa_tui"}


def test_the_keys_page_is_what_the_registry_says() -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import make
    finally:
        sys.path.pop(0)
    assert (ROOT / "docs" / "keys.md").read_text(encoding="utf-8") == make.keys(), "run: python docs/make.py"


def test_the_readme_has_its_two_commands_and_they_name_what_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "lsa demo --home demo" in text
    assert "<!-- test command -->" in text
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / link).exists(), link


def test_every_relative_link_of_the_docs_leads_somewhere() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


def test_textual_is_pinned_exactly_and_nothing_names_an_index() -> None:
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'"textual==[\d.]+"', metadata)
    assert "index-url" not in metadata


def test_records_measures_and_commands_do_not_load_textual() -> None:
    code = (
        "import sys, lsa_tui.cli.main, lsa_tui.daybook.marks, lsa_tui.documents.summary, lsa_tui.sync.run;"
        "import lsa_tui.actions;"
        "sys.exit(any(name.split('.')[0] == 'textual' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
