"""The machine as the probes see it: everything ambient, handed in, so that a test can describe another machine."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from resolver.hardware.interpreter import installed_versions
from resolver.hardware.nvml import Nvml, has_library, load_nvml
from resolver.programs import ask

_LARGEST_FILE = 4 * 2**20
_MOST_DIGITS = 19


def _no_answer(_: object) -> None:
    return None


def _nothing() -> None:
    return None


def _yes() -> bool:
    return True


def _none_installed(_: Iterable[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Machine:
    """What a probe may ask. `Machine()` knows nothing; `this_machine` is the real one.

    `root` stands before every path of the system (`proc/…`, `sys/…`); `system` and `architecture` are as `platform`
    writes them. `run` gives a command's stdout, or None if it is not there, fails or takes too long. `nvml` opens
    the NVIDIA library's binding, `nvml_library` says whether there is a library at all; `installed` gives the versions
    of those of some Python distributions that the chosen interpreter has. Windows has no files for two things:
    `memory_status` is (bytes of physical memory, bytes free), `processor_feature` whether the processor has a feature
    by its number; None on other systems.
    """

    root: Path = Path("/")
    system: str = "Linux"
    release: str | None = None
    architecture: str = ""
    libc: str | None = None
    processors: int | None = None
    affinity: frozenset[int] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    store: Path | None = None
    run: Callable[[Sequence[str]], str | None] = _no_answer
    nvml: Callable[[], Nvml | None] = _nothing
    nvml_library: Callable[[], bool] = _yes
    installed: Callable[[Iterable[str]], Mapping[str, str]] = _none_installed
    memory_status: Callable[[], tuple[int, int] | None] = _nothing
    processor_feature: Callable[[int], bool | None] = _no_answer

    def text(self, path: str) -> str | None:
        """A file of the system as text, at most 4 MiB of it; None if it cannot be read."""
        try:
            with self._at(path).open("rb") as file:
                return file.read(_LARGEST_FILE).decode("utf-8", errors="replace")
        except (OSError, ValueError):
            return None

    def has(self, path: str) -> bool:
        """Whether a file, folder or device is there."""
        try:
            return self._at(path).exists()
        except (OSError, ValueError):
            return False

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")


def sysctl(machine: Machine, name: str) -> str | None:
    """A value of the macOS kernel, stripped; None if it is unknown there or empty (sysctl(8))."""
    return (machine.run(["sysctl", "-n", name]) or "").strip() or None


def whole_number(text: str | None) -> int | None:
    """A whole number of at most 19 decimal digits, which every size of a machine has; None for anything else."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else None


def this_machine(environment: Mapping[str, str], store: Path, project: Path | None = None) -> Machine:
    """The machine this process runs on; nothing is asked of it before `detect`.

    `project` is the folder whose `.venv` may be the interpreter that opens the models (see `installed_versions`).
    """
    import platform

    affinity = getattr(os, "sched_getaffinity", None)
    return Machine(
        system=platform.system(),
        release=platform.release() or None,
        architecture=platform.machine(),
        libc=_libc(),
        processors=os.cpu_count(),
        affinity=frozenset(affinity(0)) if affinity else None,
        environment=environment,
        store=store,
        run=_runner(environment),
        nvml=load_nvml,
        nvml_library=has_library,
        installed=partial(installed_versions, environment, project),
        memory_status=_windows_memory,
        processor_feature=_windows_feature,
    )


def _libc() -> str | None:
    """Glibc tells its name and version (confstr(3), `_CS_GNU_LIBC_VERSION`); other libraries know no such question."""
    ask: Callable[[str], str | None] | None = getattr(os, "confstr", None)
    try:
        return ask("CS_GNU_LIBC_VERSION") if ask else None
    except (OSError, ValueError):
        return None


def _runner(environment: Mapping[str, str]) -> Callable[[Sequence[str]], str | None]:
    def run(command: Sequence[str]) -> str | None:
        answer = ask(command, environment)
        return None if answer is None or answer.code else answer.stdout.decode("utf-8", errors="replace")

    return run


def _windows_memory() -> tuple[int, int] | None:
    """Physical memory and what is free of it, by GlobalMemoryStatusEx (sysinfoapi.h); None on other systems."""
    import ctypes

    windll = getattr(ctypes, "windll", None)
    if windll is None:
        return None

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            ("physical", ctypes.c_uint64),
            ("free", ctypes.c_uint64),
            ("others", ctypes.c_uint64 * 5),
        )

    status = Status(length=ctypes.sizeof(Status))
    answered = windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return (int(status.physical), int(status.free)) if answered else None


def _windows_feature(number: int) -> bool | None:
    """Whether the processor has a feature, by IsProcessorFeaturePresent (processthreadsapi.h); None elsewhere."""
    import ctypes

    windll = getattr(ctypes, "windll", None)
    return None if windll is None else bool(windll.kernel32.IsProcessorFeaturePresent(number))
