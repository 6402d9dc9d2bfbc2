"""Caches as the clients of hubs leave them."""

from pathlib import Path

COMMIT, OTHER, THIRD = "a" * 40, "b" * 40, "c" * 40


def snapshot(repository: Path, files: dict[str, bytes], commit: str = COMMIT, ref: str | None = "main") -> Path:
    """A snapshot whose files are links to blobs, and the ref that names it."""
    folder = repository / "snapshots" / commit
    for number, (path, content) in enumerate(files.items()):
        blob = repository / "blobs" / f"{number}-{commit[:4]}"
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(content)
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(blob)
    folder.mkdir(parents=True, exist_ok=True)
    if ref:
        place = repository / "refs" / ref
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(commit)
    return folder


def torch_hub(folder: Path, name: str) -> Path:
    place = folder / "torch" / "hub" / name
    place.mkdir(parents=True)
    place.joinpath("hubconf.py").write_text("raise AssertionError('never run')\n")
    return place
