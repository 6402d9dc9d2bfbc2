"""The values behind the local hub: blobs, commits, repositories, hashed as git and git-lfs do it."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from tests.servers.wire import Content

LFS_SUFFIXES = frozenset({".bin", ".safetensors", ".onnx", ".npz", ".pt", ".ckpt", ".zip", ".msgpack", ".jit"})
LFS_BYTES = 10 * 1024 * 1024
SHORTEST_HASH = 7

Gate = Literal["auto", "manual", False]


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's bytes with git's view of them: for LFS files `git_sha1` is that of the pointer."""

    content: Content
    git_sha1: str
    sha256: str
    pointer_size: int | None = None

    @property
    def is_lfs(self) -> bool:
        return self.pointer_size is not None

    @property
    def cdn_etag(self) -> str:
        """64 hex digits that are *not* the sha256: the real CDN answers with the hash of its own chunk store."""
        return hashlib.sha256(b"chunks of " + self.sha256.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Commit:
    """`number` counts the commits of a repository from 0 and stands in for the time."""

    sha: str
    parent: str | None
    number: int
    files: Mapping[str, Blob]


@dataclass(frozen=True, slots=True)
class Card:
    """What the page of a repository says and who may read it."""

    license: str | None = None
    gated: Gate = False
    private: bool = False
    library: str | None = None
    card_tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Repository:
    """`internal_id` is the API's `_id`: another one after a deletion, whatever the name says."""

    id: str
    internal_id: str
    card: Card = field(default_factory=Card)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    granted: set[str] = field(default_factory=set)
    lfs: dict[str, Blob] = field(default_factory=dict)
    listings: dict[tuple[str, str, bool], list[str]] = field(default_factory=dict)

    def head(self, branch: str) -> Commit | None:
        return self.commits.get(self.branches.get(branch, ""))

    def add(self, branch: str, changed: Mapping[str, Blob], deleted: Iterable[str]) -> Commit:
        """A commit on top of `branch`; a new branch begins where `main` is."""
        parent = self.head(branch) or self.head("main")
        kept = {} if parent is None else {path: blob for path, blob in parent.files.items() if path not in set(deleted)}
        files = dict(sorted((kept | dict(changed)).items()))
        parent_sha = None if parent is None else parent.sha
        commit = Commit(commit_sha1(files, parent_sha), parent_sha, len(self.commits), files)
        self.commits[commit.sha] = commit
        self.branches[branch] = commit.sha
        self.lfs |= {blob.sha256: blob for blob in files.values() if blob.is_lfs}
        return commit

    def resolve(self, revision: str) -> Commit | None:
        """A branch, a tag, either with `refs/…/`, a commit or the beginning of one."""
        for names, prefix in ((self.branches, "refs/heads/"), (self.tags, "refs/tags/")):
            sha = names.get(revision.removeprefix(prefix))
            if sha is not None:
                return self.commits.get(sha)
        found = [sha for sha in self.commits if sha.startswith(revision)] if len(revision) >= SHORTEST_HASH else []
        return self.commits[found[0]] if len(found) == 1 else None

    def forget(self, revision: str) -> None:
        """Drop a branch or tag; for a commit also every name that points to it and the LFS files only it had."""
        if self.branches.pop(revision, None) or self.tags.pop(revision, None):
            return
        del self.commits[revision]
        for names in (self.branches, self.tags):
            for name in [name for name, sha in names.items() if sha == revision]:
                del names[name]
        left = (blob for commit in self.commits.values() for blob in commit.files.values())
        self.lfs = {blob.sha256: blob for blob in left if blob.is_lfs}

    def listing(self, commit: Commit, folder: str, *, recursive: bool) -> list[str]:
        """Paths of files and folders below `folder` ("" is the root), sorted; remembered, for paging through many."""
        key = (commit.sha, folder, recursive)
        if key not in self.listings:
            prefix = f"{folder}/" if folder else ""
            inside = (path.removeprefix(prefix) for path in commit.files if path.startswith(prefix))
            self.listings[key] = sorted(
                {prefix + name for path in inside for name in _steps(path, recursive=recursive)}
            )
        return self.listings[key]

    def last_change(self, commit: Commit, path: str) -> Commit:
        """The oldest commit since which `path` has not changed."""
        while (parent := self.commits.get(commit.parent or "")) and parent.files.get(path) == commit.files.get(path):
            commit = parent
        return commit

    def reborn(self, internal_id: str) -> "Repository":
        """The same content under the same name in other hands."""
        return replace(self, internal_id=internal_id, granted=set())


def internal_id(repo_id: str, generation: int) -> str:
    """24 hex digits, as the real ones."""
    return hashlib.sha1(f"{repo_id} {generation}".encode()).hexdigest()[:24]  # noqa: S324 - an identifier


def make_blob(path: str, source: bytes | Path, folder: Path, lfs: Iterable[str] | None) -> Blob:
    """Hash a file and keep it: bytes in memory, a file as a copy in `folder`, so that the test may change its own."""
    content = Content.of(source)
    sha1 = hashlib.sha1(b"blob %d\0" % content.size)  # noqa: S324 - git's
    sha256 = hashlib.sha256()
    for chunk in content.chunks():
        sha1.update(chunk)
        sha256.update(chunk)
    digest = sha256.hexdigest()
    if isinstance(source, Path):
        content = Content(_kept(source, folder / digest), content.size)
    if not _belongs_in_lfs(path, content.size, lfs):
        return Blob(content, sha1.hexdigest(), digest)
    pointer = lfs_pointer(digest, content.size)
    return Blob(content, git_sha1("blob", pointer), digest, len(pointer))


def lfs_pointer(sha256: str, size: int) -> bytes:
    """The text that git stores (the pointer format's version line is a constant of its specification)."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def git_sha1(kind: str, body: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(body)}\0".encode() + body).hexdigest()  # noqa: S324 - git's


def commit_sha1(files: Mapping[str, Blob], parent: str | None) -> str:
    """No author and no time: the same files on the same parent are the same commit, in every repository."""
    lines = [f"tree {tree_sha1(files)}", *([f"parent {parent}"] if parent else []), "", ""]
    return git_sha1("commit", "\n".join(lines).encode())


def tree_sha1(files: Mapping[str, Blob]) -> str:
    """The git object name of a folder that holds `files` (paths relative to it)."""
    entries: dict[str, tuple[str, str]] = {}
    folders: dict[str, dict[str, Blob]] = {}
    for path, blob in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name + slash, {})[rest] = blob
        else:
            entries[name] = ("100644", blob.git_sha1)
    entries |= {name: ("40000", tree_sha1(inside)) for name, inside in folders.items()}
    rows = (
        f"{mode} {name.rstrip('/')}\0".encode() + bytes.fromhex(sha) for name, (mode, sha) in sorted(entries.items())
    )
    return git_sha1("tree", b"".join(rows))


def _steps(path: str, *, recursive: bool) -> list[str]:
    """The entries that a file stands for below a folder: its folders and itself, or the first part of its path."""
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))] if recursive else parts[:1]


def _kept(source: Path, target: Path) -> Path:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return target


def _belongs_in_lfs(path: str, size: int, lfs: Iterable[str] | None) -> bool:
    if lfs is not None:
        return path in set(lfs)
    return PurePosixPath(path).suffix in LFS_SUFFIXES or size > LFS_BYTES
