"""What the pages show is what the code takes: manifests, commands, programs, and links that lead somewhere."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resolver.cli.main import models
from resolver.documents.manifest import read_manifest
from resolver.domain.environment import joined
from resolver.mirrors import MIRRORS
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES
from scripts.generate import ROOT
from tests.pages.blocks import FENCED, PAGES, Block, blocks, calls

LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)


def is_manifest(block: Block) -> bool:
    return re.search(r"^models:", block.text, re.MULTILINE) is not None


MANIFESTS = [block for block in blocks("yaml") if is_manifest(block)]
PROGRAMS = blocks("python")
CALLS = [(block, call) for block in blocks("sh", "console") for call in calls(block)]


def test_the_pages_show_something_of_each_kind() -> None:
    assert len(MANIFESTS) > 10
    assert len(PROGRAMS) > 10
    assert len(CALLS) > 30
    assert {path.stem for path in PAGES if path.parent.name == "runtimes"} >= {"faster-whisper", "spacy"}


@pytest.mark.parametrize("block", MANIFESTS, ids=lambda one: one.where)
def test_a_manifest_is_one_that_the_tool_reads(block: Block) -> None:
    """A fragment stands without `version: 1`."""
    text = block.text if block.text.startswith("version:") else f"version: 1\n{block.text}"
    defaults = {kind: one.default_runtime for kind, one in SOURCES.items()}
    manifest = read_manifest(text.encode(), block.where, defaults, RUNTIMES, MIRRORS)
    assert manifest.models


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda one: one.where)
def test_a_program_compiles(block: Block) -> None:
    assert ast.parse(block.text, block.where).body


@pytest.mark.parametrize(
    ("block", "call"), CALLS, ids=lambda one: one.where if isinstance(one, Block) else " ".join(one)
)
def test_a_command_is_one_that_the_tool_takes(block: Block, call: list[str]) -> None:
    """The command line reads it, as far as it does before it works."""
    verb, *arguments = call
    above = models.make_context("models", [verb])
    command = models.get_command(above, verb)
    assert command is not None, block.where
    command.make_context(verb, arguments, parent=above)


@pytest.mark.parametrize("block", blocks("json"), ids=lambda one: one.where)
def test_a_document_is_json(block: Block) -> None:
    assert json.loads(block.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_a_link_leads_to_a_page_and_a_heading_that_are_there(page: Path) -> None:
    broken = []
    for match in LINK.finditer(FENCED.sub("", page.read_text(encoding="utf-8"))):
        path, _, heading = match["target"].partition("#")
        if path.startswith(("http:", "https:")):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in headings(target)):
            broken.append(match["target"])
    assert broken == []


def headings(page: Path) -> set[str]:
    """The names of a page's headings in its address, as GitHub makes them."""
    found = HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in found}


def test_every_library_has_a_page_that_the_index_names() -> None:
    folder = ROOT / "docs" / "runtimes"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in PAGES if path.parent == folder} - {"README.md"}
    assert [page for page in pages if f"]({page})" not in index] == []
    assert [name for name in RUNTIMES if f"`{name}`" not in index] == []


def test_the_index_names_every_variable_that_programs_are_told() -> None:
    index = (ROOT / "docs" / "runtimes" / "README.md").read_text(encoding="utf-8")
    told = joined(runtime.environment() for runtime in RUNTIMES.values())
    names = {*told.values, *told.folders, *told.paths, *told.removed}
    assert sorted(name for name in names if f"`{name}`" not in index) == []


def test_every_page_of_the_site_is_reached_from_its_front() -> None:
    found, left = set[Path](), [ROOT / "docs" / "index.md"]
    while left:
        page = left.pop()
        found.add(page)
        left += [one for one in leads_to(page) if one not in found]
    assert [page for page in PAGES if "docs" in page.relative_to(ROOT).parts and page not in found] == []


def leads_to(page: Path) -> set[Path]:
    """The pages that a page links to, or lists for the site."""
    text = page.read_text(encoding="utf-8")
    named = [match["target"].partition("#")[0] for match in LINK.finditer(text)]
    listed = [f"{name}.md" for name in re.findall(r"^[\w./-]+$", text, re.MULTILINE)]
    return {
        place
        for name in (*named, *listed)
        if (place := (page.parent / name).resolve()).suffix == ".md" and place.is_file()
    }


def test_the_site_is_made_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs", ".", str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "site" / "docs" / "guide" / "ci.html").is_file()
