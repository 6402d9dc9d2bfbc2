"""docs/week.sh, the week of a team, as a real process. Upstream moves in it; docs/week.md shows what it says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.offers import CONFIG, sha256, weights
from tests.cli.project import LONGEST_RUN, ROOT, clean_environment
from tests.cli.upstreams import screen
from tests.scripts.clones import MODELS, program
from tests.servers.base import LocalServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.wire import Answer, Request, text_answer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script for a POSIX shell")
SCRIPT, PAGE = ROOT / "docs" / "week.sh", ROOT / "docs" / "week.md"
SMALL, APPLE = "Systran/faster-whisper-tiny", "mlx-community/whisper-tiny"
SMALL_KEY = f"hf:{SMALL}@main"
MONDAYS, NEWER, MLX = weights(75_500, 1), weights(75_500, 2), weights(74_400, 3)
CALL = re.compile(r"^\$ (?P<typed>.+)\n(?P<said>(?:(?!\$ |== ).*\n)*)", re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Publisher(LocalServer):
    """A hub and an index, and an address that makes both move on: what the script's command asks."""

    def __init__(self, hub: LocalHub, index: PackageIndex) -> None:
        super().__init__(upstream=self._move)
        self.hub, self.index = hub, index

    def publish(self, model: bytes, version: str) -> None:
        """A commit of the Whisper and a release of the detector."""
        papers = {"config.json": CONFIG, "tokenizer.json": b"{}", "vocabulary.txt": b"a\n"}
        self.hub.commit(SMALL, {**papers, "model.bin": model}, license="mit")
        inside = {"silero_vad/__init__.py": b"", "silero_vad/data/silero_vad.onnx": weights(2_300, len(version))}
        self.index.add("silero-vad", version, make_wheel("silero-vad", version, inside))

    def _move(self, _: Request) -> Answer:
        self.publish(NEWER, "6.3.0")
        return text_answer(200, "published")

    @property
    def command(self) -> str:
        """What a shell runs to make upstream move."""
        program = f"import urllib.request; urllib.request.urlopen('{self.origin_of('upstream')}/')"
        return f'"{sys.executable}" -c "{program}"'


@dataclass(frozen=True)
class Week:
    """What the script left: its exit code, what it said, and its folder."""

    folder: Path
    code: int
    said: str

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Each command as it was typed, and what came of it."""
        return answers(self.said)

    def day(self, name: str) -> list[tuple[str, str]]:
        """The calls of one day."""
        (found,) = (one for one in self.said.split("\n== ") if one.startswith(name))
        return answers(found)

    def answer(self, day: str, typed: str, which: int = 0) -> str:
        """What one call of a day said; of equal ones the first, or `which`."""
        return [said for call, said in self.day(day) if call == f"models {typed}"][which]

    def git(self, *arguments: str) -> str:
        """What git says in the bare repository."""
        command = ["git", "-C", str(self.folder / "origin"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def lock(self, message: str) -> Any:
        """The lock in the commit of `main` with this first line."""
        commits = self.git("log", "--format=%H %s", "main").splitlines()
        (commit,) = (line.partition(" ")[0] for line in commits if line.partition(" ")[2] == message)
        return json.loads(self.git("show", f"{commit}:models.lock"))

    def placed(self, person: str) -> set[str]:
        """The digests of what lies in somebody's view."""
        return {sha256(one.read_bytes()) for one in (self.folder / person / ".cache").rglob("*") if one.is_file()}

    def stored(self, person: str) -> set[str]:
        """The digests that somebody's store has, each by its bytes."""
        blobs = (self.folder / f"{person}-store" / "blobs").rglob("*")
        return {sha256(one.read_bytes()) for one in blobs if one.is_file()}


def answers(text: str) -> list[tuple[str, str]]:
    """The calls in a transcript."""
    return [(found["typed"], screen(found["said"]).strip("\n")) for found in CALL.finditer(f"{text}\n")]


def play(folder: Path, upstream: Publisher, **environment: str) -> Week:
    """The script as it is called by hand, with `models` on PATH and nothing of this machine's settings."""
    tool = program(folder.parent / "bin" / "models", MODELS)
    clean = clean_environment(
        folder.parent / "home", folder.parent / "store", upstream.hub.endpoint, upstream.index.url
    )
    done = subprocess.run(
        ["/bin/sh", SCRIPT, folder],
        env={**clean, "PATH": f"{tool.parent}:{clean['PATH']}", "MODELS_LINK_MODE": "hardlink", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=5 * LONGEST_RUN,
    )
    return Week(folder, done.returncode, done.stdout)


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory, direct_network: None) -> Iterator[Publisher]:  # noqa: ARG001
    """What there is on Monday."""
    folder = tmp_path_factory.mktemp("hub")
    with LocalHub(folder) as hub, PackageIndex() as index, Publisher(hub, index) as publisher:
        publisher.publish(MONDAYS, "6.2.3")
        hub.commit(APPLE, {"config.json": CONFIG, "weights.npz": MLX})
        yield publisher


@pytest.fixture(scope="module")
def week(upstream: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Week:
    """A week that went through to its end."""
    found = play(tmp_path_factory.mktemp("week") / "team", upstream, UPSTREAM_MOVES=upstream.command)
    assert found.code == 0, found.said
    return found


def test_on_monday_nothing_is_locked_until_code_is_allowed_and_weights_stay_out_of_git(week: Week) -> None:
    assert "the policy refuses 1 thing; the lock is unchanged" in week.answer("Monday", "lock")
    assert "Wrote models.lock" in week.answer("Monday", "lock", 1)
    assert "all as locked" in week.answer("Monday", "verify")
    assert "Ready 2 · missing 0" in week.answer("Monday", "status")
    kept = week.git("ls-tree", "-r", "--name-only", "main").split()
    assert kept == [".gitattributes", ".gitignore", "models.lock", "models.yaml"]


def test_on_tuesday_a_variant_is_added_and_no_pin_moves(week: Week) -> None:
    assert "(exit 1)" in week.answer("Tuesday", "lock --check")
    before, after = week.lock("Merge weights"), week.lock("Merge mac")
    assert before["artifacts"].items() < after["artifacts"].items()
    assert set(after["artifacts"]) - set(before["artifacts"]) == {f"hf:{APPLE}@main"}
    assert "weights changed" not in week.answer("Tuesday", "diff main --format markdown")
    assert "0 B fetched" in week.answer("Tuesday", "sync --locked", 1), "Ada has everything already"


def test_a_colleague_on_another_machine_gets_other_bytes_from_the_same_lock(week: Week) -> None:
    ours = {sha256(MONDAYS), sha256(NEWER)}
    assert "all as locked" in week.answer("Tuesday", "verify")
    assert sha256(MLX) in week.placed("ben") & week.stored("ben")
    assert not ours & (week.placed("ben") | week.stored("ben"))
    assert sha256(MLX) not in week.placed("ada") | week.stored("ada")


def test_on_wednesday_what_is_published_changes_nothing(week: Week) -> None:
    assert week.answer("Wednesday", "lock --check") == "models.lock is fresh"
    assert "0 B fetched" in week.answer("Wednesday", "sync --locked")
    assert "78.9 kB fetched" in week.answer("Wednesday", "sync --frozen")
    assert "all as pinned" in week.answer("Wednesday", "verify --upstream")
    assert sha256(MONDAYS) in week.stored("ci"), "the nightly run fetched it after main had moved on"


def test_on_thursday_only_the_model_that_is_named_moves(week: Week) -> None:
    assert week.answer("Thursday", "outdated").count("newer    ") == 2
    before, after = week.lock("Merge mac"), week.lock("Merge newer-asr")
    moved = {key for key, one in after["artifacts"].items() if one != before["artifacts"][key]}
    assert moved == {SMALL_KEY}
    assert {**after, "artifacts": None} == {**before, "artifacts": None}
    sizes = {one["path"]: one["sha256"] for one in after["artifacts"][SMALL_KEY]["files"]}
    assert sizes["model.bin"] == sha256(NEWER)


def test_ci_agrees_with_the_lock_and_fetches_what_is_new(week: Week) -> None:
    assert week.answer("Thursday", "lock --check --format github") == "models.lock is fresh"
    assert "75.5 kB fetched" in week.answer("Thursday", "sync --frozen")
    assert "all as locked" in week.answer("Thursday", "verify --format github")
    assert "weights changed" in week.answer("Thursday", "diff origin/main --format markdown")
    assert sha256(NEWER) in week.placed("ci")


def test_on_friday_damage_is_found_and_repaired(week: Week) -> None:
    found = week.answer("Friday", "verify")
    assert ("damaged" in found, "(exit 1)" in found) == (True, True)
    assert "Repaired 1 finding" in week.answer("Friday", "verify --repair")
    assert "all as locked" in week.answer("Friday", "verify", 1)
    assert sha256(NEWER) in week.placed("ada") & week.stored("ada")


def test_pruning_frees_what_it_says(week: Week) -> None:
    assert "0 B fetched" in week.answer("Friday", "sync --locked --prune"), "Ben has nothing to gain or to lose"
    assert "`models cache gc` frees 75.5 kB" in week.answer("Friday", "prune -y")
    assert week.answer("Friday", "cache gc -y").endswith("Removed 1 file, 75.5 kB")
    assert sha256(MONDAYS) not in week.placed("ada") | week.stored("ada")
    locked = week.lock("Merge newer-asr")["artifacts"]
    kept = {one["sha256"] for key in (SMALL_KEY, "pypi:silero-vad@>=5,<7") for one in locked[key]["files"]}
    assert kept <= week.placed("ada")
    assert kept <= week.stored("ada")
    assert "Ready 2 · missing 0" in week.answer("Friday", "status")


def shown() -> list[tuple[str, str]]:
    """The calls of the page; a line that is `…` stands for any lines."""
    page = PAGE.read_text(encoding="utf-8")
    return [call for block in CONSOLE.findall(page) for call in answers(block)]


def test_the_page_shows_what_was_typed_and_what_came_of_it(week: Week) -> None:
    assert [typed for typed, _ in shown()] == [typed for typed, _ in week.calls]
    for (typed, wanted), (_, said) in zip(shown(), week.calls, strict=True):
        pattern = re.escape(f"{wanted}\n").replace("…\\\n", "(?:.*\\n)*?")
        if not re.fullmatch(pattern, f"{said}\n"):
            assert (typed, wanted) == (typed, said), "docs/week.md shows something else"


def test_the_page_has_the_manifest_of_the_script() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    written = SCRIPT.read_text(encoding="utf-8")
    for part in block.split("\n\n"):
        assert part.strip("\n") in written


def test_a_week_in_which_nothing_is_published_goes_through_too(upstream: Publisher, tmp_path: Path) -> None:
    """As for whoever tries the script: the hub does as it likes."""
    quiet = play(tmp_path / "a quiet week", upstream)
    assert quiet.code == 0, quiet.said
    assert "newer" not in quiet.answer("Thursday", "outdated")
    assert quiet.lock("Merge newer-asr") == quiet.lock("Merge mac")
    assert quiet.answer("Friday", "prune -y") == "Nothing to remove"


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    tmp_path.joinpath("mine").write_text("precious")
    for arguments in ([], [str(tmp_path)]):
        done = subprocess.run(["/bin/sh", SCRIPT, *arguments], capture_output=True, check=False, cwd=tmp_path)
        assert (done.returncode != 0, done.stdout) == (True, b"")
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]
