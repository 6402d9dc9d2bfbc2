"""The locked members of a wheel, in the form in which PyPA's `installer` reads one."""

import base64
import email.parser
import io
from collections.abc import Callable, Iterable, Iterator

from installer.sources import WheelContentElement, WheelSource
from packaging.version import InvalidVersion, Version

from resolver.domain.errors import InputError, UnsafeContentError
from resolver.domain.installation import LockedWheel
from resolver.domain.lock import File
from resolver.domain.names import canonical_name
from resolver.environments.distributions import DIST_INFO, INFOS, RECORD

Read = Callable[[File], bytes | None]
"""The bytes of a locked member, checked; None if it is not here yet."""

METADATA, WHEEL, ENTRY_POINTS = "METADATA", "WHEEL", "entry_points.txt"
WRITTEN_BY_INSTALLERS = ("INSTALLER", "REQUESTED", "direct_url.json", RECORD, "RECORD.jws", "RECORD.p7s")
"""What a wheel holds of these in its `.dist-info` says nothing about this installation, and stays out of it."""
LARGEST_PAPER = 1 << 24
_ADD = "add '*.dist-info/*' to `include:` of its `files:`, and run `models lock`"


def encoded(sha256: str) -> str:
    """A digest as RECORD writes it."""
    return "sha256=" + base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()


class Member(io.BytesIO):
    """A locked member on its way through `installer`; its bytes are only there if somebody has to read them."""

    def __init__(self, file: File, content: bytes) -> None:
        super().__init__(content)
        self.file = file


class Source(WheelSource):
    """The locked members of a wheel, as `installer` sees one."""

    def __init__(self, locked: LockedWheel, read: Read) -> None:
        self.archive = locked.artifact.archive.path if locked.artifact.archive else locked.artifact.key
        self._read = read
        self._known: dict[str, bytes | None] = {}  # read once: what was here a moment ago may be gone
        folder = _info_of(locked.files, self.archive)
        name, _, version = folder.removesuffix(DIST_INFO).rpartition("-")
        super().__init__(name, version)
        skipped = {f"{folder}/{one}" for one in WRITTEN_BY_INSTALLERS}
        self.members = tuple(one for one in locked.files if one.path not in skipped and not _is_compiled(one.path))
        self._papers = {
            file.path.rpartition("/")[2]: file for file in self.members if file.path.rpartition("/")[0] == folder
        }
        self._check_papers()

    def _check_papers(self) -> None:
        missing = [name for name in (METADATA, WHEEL) if name not in self._papers]
        if missing:
            raise InputError(
                f"{self.archive}: models.lock has no {self.dist_info_dir}/{missing[0]} of it, which every installed "
                "package needs",
                hint=_ADD,
            )

    @property
    def is_here(self) -> bool:
        """Whether everything can be read that says what is written."""
        needed = [self._papers[name] for name in (METADATA, WHEEL, ENTRY_POINTS) if name in self._papers]
        scripts = [file for file in self.members if file.path.startswith(f"{self.data_dir}/scripts/")]
        return all(self._bytes_of(file) is not None for file in (*needed, *scripts))

    def _bytes_of(self, file: File) -> bytes | None:
        if file.size > LARGEST_PAPER:
            raise UnsafeContentError(f"{self.archive}: {file.path} is larger than {LARGEST_PAPER} bytes")
        if file.path not in self._known:
            self._known[file.path] = self._read(file)
        return self._known[file.path]

    def check_identity(self) -> None:
        """Compare what METADATA says with the folder's name: pip goes by the one, Python by the other."""
        stated = email.parser.HeaderParser().parsestr(self.read_dist_info(METADATA))
        name, version = str(stated["Name"] or "").strip(), str(stated["Version"] or "").strip()
        if canonical_name(name) != canonical_name(self.distribution) or not _same(version, self.version):
            raise UnsafeContentError(
                f"{self.archive}: METADATA says {name!r} {version!r}, and its folder is {self.dist_info_dir}"
            )

    @property
    def dist_info_filenames(self) -> list[str]:
        """The papers by name."""
        return list(self._papers)

    def read_dist_info(self, filename: str) -> str:
        """One of the papers."""
        return (self._bytes_of(self._papers[filename]) or b"").decode("utf-8", "replace")

    def get_contents(self) -> Iterator[WheelContentElement]:
        """Every member; the lock keeps no modes, and what is a script is executable wherever it comes from."""
        for file in self.members:
            is_script = file.path.startswith(f"{self.data_dir}/scripts/")
            content = (self._bytes_of(file) or b"") if is_script else b""
            yield (file.path, encoded(file.sha256), str(file.size)), Member(file, content), is_script


def _is_compiled(path: str) -> bool:
    """Whether it stands where Python keeps what it compiled: that is nobody's source, and would be run in its place."""
    return "__pycache__" in path.split("/")[:-1]


def _info_of(files: Iterable[File], archive: str) -> str:
    tops = sorted({file.path.partition("/")[0] for file in files if "/" in file.path})
    infos = [top for top in tops if top.lower().endswith(INFOS)]
    if len(infos) != 1 or not infos[0].endswith(DIST_INFO) or "-" not in infos[0].removesuffix(DIST_INFO):
        raise InputError(
            f"{archive}: models.lock has {' and '.join(infos) or 'no .dist-info folder'} of it, where every wheel has "
            "one `NAME-VERSION.dist-info`",
            hint=None if infos else _ADD,
        )
    return infos[0]


def _same(first: str, second: str) -> bool:
    try:
        return Version(first) == Version(second.replace("_", "-"))
    except InvalidVersion:
        return first == second
