"""Row 10: load a lock of 100,000 files; the same document as YAML, and as JSON that nobody judges."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.commands import Command, run
from benchmarks.measure import Contender, Outcome, compare, positive
from benchmarks.peers import environment
from benchmarks.report import Row, Target, arguments, known, room

if TYPE_CHECKING:
    from resolver.domain.lock import Lock

OURS, JSON, YAML = "models-lock, judged in full", "json.loads, not judged", "YAML, C loader"
REPOSITORIES = 100


def main() -> None:
    """Measure each in a process of its own; the clock of the child counts, its start does not."""
    parser = arguments("load_lock", __doc__)
    parser.add_argument("--files", type=positive, default=100_000, help="(default %(default)s)")
    parser.add_argument("--load", nargs=2, metavar=("BY", "PATH"), help="what the child does")
    asked = parser.parse_args()
    if asked.load:
        _load(*asked.load)
        return
    found = known("pyyaml")
    with room(asked.folder) as place:
        _child(place, "write", str(asked.files))
        contenders = [
            Contender(OURS, partial(_loaded, place, "ours", "lock.json")),
            Contender(JSON, partial(_loaded, place, "json", "lock.json")),
            Contender(YAML, partial(_loaded, place, "yaml", "lock.yaml"), most_runs=1),
        ]
        compared = compare("load", contenders, asked.runs)
    work = f"A lock of {asked.files:,} files in {REPOSITORIES} repositories, from the bytes on. YAML runs once."
    ours = compared.of(OURS)
    targets = [
        Target("at most 0.5 s", ours.median, 0.5),
        Target("at most 200 MB", ours.facts["peak_bytes"] / 1e6, 200),
    ]
    Row(10, "Load a large lock", work, [compared], targets, asked.runs).publish(asked.json, found)


def _loaded(place: Path, by: str, name: str) -> Outcome:
    seconds, outcome = _child(place, by, name)
    return Outcome(outcome.text, seconds, outcome.facts)


def _child(place: Path, by: str, what: str) -> tuple[float, Outcome]:
    words = [sys.executable, "-m", "benchmarks.load_lock", "--load", by, what]
    ended = run(Command(words, place, environment(place / "home")))
    return float(ended.stdout), ended.outcome()


def _load(by: str, what: str) -> None:
    """In the child: load what lies in the current folder, and print the seconds."""
    if by == "write":
        _write(int(what))
        print(0)
        return
    content = Path(what).read_bytes()
    load = _LOADERS[by]()
    begin = time.perf_counter()
    kept = load(content)
    seconds = time.perf_counter() - begin
    print(seconds if kept else -1)


def _ours() -> Callable[[bytes], object]:
    from resolver.documents.lock_reader import read_lock

    return read_lock


def _yaml() -> Callable[[bytes], object]:
    import yaml

    return partial(yaml.load, Loader=yaml.CSafeLoader)  # noqa: TID251  # the peer that is measured


_LOADERS: Mapping[str, Callable[[], Callable[[bytes], object]]] = {
    "ours": _ours,
    "json": lambda: json.loads,
    "yaml": _yaml,
}


def _write(files: int) -> None:
    import yaml

    from resolver.documents.lock_writer import lock_text

    content = lock_text(_lock(files))
    Path("lock.json").write_bytes(content)
    document = json.loads(content)
    Path("lock.yaml").write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")


def _lock(files: int) -> "Lock":
    from resolver.domain.lock import Artifact, File, Lock
    from resolver.domain.manifest import Model, Variant

    artifacts: dict[str, Artifact] = {}
    for repository in range(REPOSITORIES):
        key = f"hf:benchmarks/model-{repository:03}@main"
        digests = range(repository, files, REPOSITORIES)
        content = tuple(File(f"texts/{one:06}.txt", 50_000, f"{one:064x}") for one in digests)
        artifacts[key] = Artifact(key, f"{repository:040x}", None, content)
    models = (
        Model(f"m{number}", (Variant("only", key, "huggingface", "text"),)) for number, key in enumerate(artifacts)
    )
    return Lock(tuple(models), artifacts)


if __name__ == "__main__":
    main()
