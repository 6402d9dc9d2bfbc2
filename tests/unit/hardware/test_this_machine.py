"""The real machine: its commands, its libraries, and how little an import costs."""

import ctypes
import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from resolver import hardware
from resolver.hardware import detect, document, machine, profile_from, this_machine
from resolver.hardware.nvml import has_library, load_nvml


def test_the_machine_that_runs_this_test_is_detected(tmp_path: Path) -> None:
    profile = detect(this_machine({"PATH": "/usr/bin:/bin"}, tmp_path / "store"))
    assert profile.os.name in ("linux", "darwin", "windows")
    assert profile.facts.arch in ("x86_64", "arm64")
    assert profile.facts.cores is not None
    assert profile.facts.ram is not None
    assert profile.facts.ram > 2**28
    assert profile.volatile["free_disk"] is not None
    assert profile_from(document(profile)) == profile


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
def test_a_command_answers_with_its_output_in_the_c_locale(tmp_path: Path) -> None:
    run = this_machine({"PATH": "/usr/bin:/bin", "LC_ALL": "de_DE.UTF-8"}, tmp_path).run
    assert run(["sh", "-c", "printf '%s ' $LC_ALL; printf '\\377'; echo no >&2"]) == "C \N{REPLACEMENT CHARACTER}"


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
@pytest.mark.parametrize(
    "command", [["false"], ["no-such-command"], ["sh", "-c", "echo half; exit 3"], ["a\0b"], ["/"]]
)
def test_a_command_that_fails_or_is_not_there_has_no_answer(tmp_path: Path, command: list[str]) -> None:
    assert this_machine({"PATH": "/usr/bin:/bin"}, tmp_path).run(command) is None


@pytest.mark.skipif(sys.platform != "linux", reason="affinity and glibc are Linux's")
def test_affinity_and_the_c_library_are_those_of_this_process(tmp_path: Path) -> None:
    found = this_machine({}, tmp_path)
    assert found.affinity == frozenset(os.sched_getaffinity(0))
    assert found.processors == os.cpu_count()
    assert found.libc is None or re.fullmatch(r"glibc 2\.[0-9]+", found.libc)
    assert found.libc == machine._libc()


class _Kernel32:
    """As kernel32.dll: fills MEMORYSTATUSEX, 64 bytes, as sysinfoapi.h lays it out."""

    def __init__(self, answer: int) -> None:
        self.answer = answer

    def GlobalMemoryStatusEx(self, reference: object) -> int:  # noqa: N802  # the name is Windows'
        target = ctypes.cast(reference, ctypes.POINTER(ctypes.c_char * 64)).contents  # type: ignore[arg-type]  # byref has no public type
        assert struct.unpack_from("=I", target)[0] == 64
        struct.pack_into("=IIQQ", target, 0, 64, 37, 32 * 2**30, 20 * 2**30)
        return self.answer


@pytest.mark.parametrize(("answer", "memory"), [(1, (32 * 2**30, 20 * 2**30)), (0, None)])
def test_windows_tells_its_memory_by_a_structure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: int, memory: tuple[int, int] | None
) -> None:
    windll = SimpleNamespace(kernel32=_Kernel32(answer))
    monkeypatch.setattr(ctypes, "windll", windll, raising=False)
    assert this_machine({}, tmp_path).memory_status() == memory


def test_windows_tells_a_feature_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windll = SimpleNamespace(kernel32=SimpleNamespace(IsProcessorFeaturePresent=lambda number: int(number == 40)))
    monkeypatch.setattr(ctypes, "windll", windll, raising=False)
    ask = this_machine({}, tmp_path).processor_feature
    assert ask(40) is True
    assert ask(41) is False


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does answer")
def test_other_systems_have_no_such_questions(tmp_path: Path) -> None:
    assert this_machine({}, tmp_path).memory_status() is None
    assert this_machine({}, tmp_path).processor_feature(40) is None


def test_every_public_name_is_there() -> None:
    assert set(hardware.__all__) <= set(dir(hardware))


def test_installed_versions_come_from_metadata(tmp_path: Path) -> None:
    installed = this_machine({}, tmp_path).installed
    assert installed(["pytest", "no-such-distribution"]) == {"pytest": pytest.__version__}


def test_this_machine_reads_the_packages_of_the_project_s_environment(tmp_path: Path) -> None:
    place = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages" / "torch-2.13.0.dist-info"
    place.mkdir(parents=True)
    place.joinpath("METADATA").write_text("Metadata-Version: 2.4\nName: torch\nVersion: 2.13.0\n")
    assert detect(this_machine({}, tmp_path, tmp_path)).runtimes == {"torch": "2.13.0"}


def test_the_binding_has_every_function_that_the_protocol_names() -> None:
    binding = load_nvml()
    assert binding is not None
    for name in ("nvmlInit", "nvmlDeviceGetMigDeviceHandleByIndex", "nvmlSystemGetCudaDriverVersion_v2"):
        assert callable(getattr(binding, name))
    for error in ("LibraryNotFound", "DriverNotLoaded", "NotSupported"):
        assert issubclass(getattr(binding, f"NVMLError_{error}"), binding.NVMLError)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux finds the library by its name")
def test_the_driver_s_library_is_looked_for_as_the_binding_does(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(ctypes, "CDLL", asked.append)
    assert has_library()
    assert asked == ["libnvidia-ml.so.1"]

    def fail(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert not has_library()


def test_elsewhere_the_binding_finds_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert has_library()


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
def test_no_process_is_started_for_a_command_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    run = this_machine({"PATH": f"/usr/bin:{tmp_path}"}, tmp_path).run
    tool = tmp_path / "some-smi"
    tool.write_text("#!/bin/sh\necho found\n")
    tool.chmod(0o755)
    assert run(["some-smi"]) == "found\n"
    monkeypatch.setattr(subprocess, "run", fail)
    tool.chmod(0o644)
    assert run(["some-smi"]) is None
    assert run(["no-such-smi"]) is None


def test_importing_the_layer_loads_nothing_costly() -> None:
    costly = ("pynvml", "subprocess", "ctypes", "importlib.metadata", "platform", "shutil", "pydantic", "yaml")
    code = f"import sys, resolver.hardware; print([name for name in {costly!r} if name in sys.modules])"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, check=True, text=True, cwd=root)
    assert done.stdout == "[]\n"
