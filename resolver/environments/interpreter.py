"""Which interpreter a path means, and what it says of itself."""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from resolver.domain.errors import UsageError
from resolver.domain.installation import PythonEnvironment
from resolver.files.atomic import disk_error
from resolver.programs import ask

SECONDS = 60.0
"""A first start of Python from a slow disk, with what its `.pth` files import."""
_MARK = "models-lock:"
_ROOTS = ("purelib", "platlib", "scripts")
_IN_ENVIRONMENT = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
_TEXTS = ("executable", "prefix", "implementation", "version")

# PEP 668: the marker lies in the folder of the standard library, and means nothing inside a virtual environment. The
# markers are those of "Dependency specifiers"; the words are old ones, because the interpreter may be.
_QUESTION = f"""
import json, os, platform, sys, sysconfig
paths = sysconfig.get_paths()
virtual = sys.prefix != getattr(sys, "base_prefix", sys.prefix)
managed = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
print({_MARK!r} + json.dumps({{
    "executable": sys.executable,
    "prefix": sys.prefix,
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "roots": {{name: paths[name] for name in {_ROOTS!r}}},
    "path": [one for one in sys.path if one],
    "managed": not virtual and os.path.isfile(managed),
    "markers": {{
        "implementation_name": sys.implementation.name,
        "implementation_version": platform.python_version(),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }},
}}))
"""
_HINT = "name an environment's folder, such as .venv, or the python in it; `python -m venv .venv` makes one"


def environment_at(named: str, folder: Path, variables: Mapping[str, str]) -> PythonEnvironment:
    """The environment that `--python` means: a folder, an interpreter, or the name of one on PATH.

    Raises:
        UsageError: no Python answers there.
        DiskError: the disk fails.
    """
    command = _command(named, folder, variables)
    answer = None
    if command is not None:
        answer = ask([str(command), "-I", "-c", _QUESTION], variables, seconds=SECONDS, folder=folder)
    document = _document(answer.stdout) if answer is not None and answer.code == 0 else None
    if document is None:
        found = "no Python answers there" if command else "there is no interpreter"
        raise UsageError(f"--python {named}: {found}", hint=_HINT)
    environment = _environment(document)
    if environment is None:
        raise UsageError(f"--python {named}: what answers there is no Python that could be used", hint=_HINT)
    return environment


def _command(named: str, folder: Path, variables: Mapping[str, str]) -> Path | None:
    """The program to ask. Its folder is named without links and detours, so that every way there is one environment."""
    try:
        place = next((one for one in _candidates(named, folder, variables) if one.is_file()), None)
        return None if place is None else _plain_name(place.parent.resolve() / place.name)
    except ValueError:  # a NUL
        return None
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.EACCES):
            return None
        raise disk_error(error, folder / named) from error


def _candidates(named: str, folder: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    place = folder / named
    if place.is_dir():
        yield from (place / one for one in _IN_ENVIRONMENT)
        return
    yield place
    if Path(named).name == named and (found := shutil.which(named, path=variables.get("PATH", ""))):
        yield Path(found)


def _plain_name(interpreter: Path) -> Path:
    """`python` for the `python3` and `python3.12` of a virtual environment: scripts always name the same one."""
    plain = interpreter.with_name("python")
    is_virtual = interpreter.parent.parent.joinpath("pyvenv.cfg").is_file()
    return plain if is_virtual and plain.is_file() and plain.samefile(interpreter) else interpreter


def _document(said: bytes) -> dict[str, object] | None:
    """What followed the mark: what `.pth` files print comes before it."""
    text = said.decode("utf-8", "replace").rpartition(_MARK)[2]
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _environment(document: Mapping[str, object]) -> PythonEnvironment | None:
    """The answer as a value; None if it is not what an interpreter would say."""
    texts = [document.get(name) for name in _TEXTS]
    roots, markers, path = document.get("roots"), document.get("markers"), document.get("path")
    if not (isinstance(roots, dict) and isinstance(markers, dict) and isinstance(path, list)):
        return None
    places = [roots.get(name) for name in _ROOTS]
    every = [*texts, *places, *markers.values(), *path]
    if not all(isinstance(one, str) and "\0" not in one for one in every) or not all(
        Path(str(one)).is_absolute() for one in (*texts[:2], *places)
    ):
        return None
    executable, prefix, implementation, version = map(str, texts)
    return PythonEnvironment(
        executable=executable,
        prefix=prefix,
        implementation=implementation,
        version=version,
        roots=_told_apart({name: os.path.normpath(str(roots[name])) for name in _ROOTS}),
        markers={str(name): str(value) for name, value in markers.items()},
        path=tuple(map(str, path)),
        managed=document.get("managed") is True,
    )


def _told_apart(roots: Mapping[str, str]) -> dict[str, str]:
    """The roots; two names of one folder of packages (`lib64` is often a link to `lib`) become one."""
    pure, plat = Path(roots["purelib"]), Path(roots["platlib"])
    same = pure.exists() and plat.exists() and pure.samefile(plat)
    return {**roots, "platlib": roots["purelib"]} if same else dict(roots)
