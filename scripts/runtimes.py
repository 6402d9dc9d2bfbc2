"""Makes `.venv-runtimes`: the libraries that open weights, at the versions of the dependency group `runtimes`.

Does nothing where they are there already. Run it with the interpreter of `.venv`, whose pip knows dependency groups.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GROUP = "runtimes"
ENVIRONMENT = ".venv-runtimes"
SEAL = "installed.sha256"
UNLOADABLE = "lib-for-cuda"
"""Where torchaudio's `lib` goes: a name that it does not look for."""


def interpreter(environment: Path) -> Path:
    """The Python of an environment, wherever this system keeps it."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def seal_of(root: Path) -> str:
    """What is installed, in one line: the pins, the Python, and how this script installs them."""
    groups = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    made_of = [groups[GROUP], sys.version, Path(__file__).read_text(encoding="utf-8")]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def install(root: Path, environment: Path) -> None:
    """Make the environment if there is none, and give it the group."""
    if not interpreter(environment).exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(environment)]
    quietly = ["install", "-qq", "--disable-pip-version-check", "--group", GROUP]
    subprocess.run([*pip, *quietly], cwd=root, check=True)


def can_import(python: Path, module: str) -> bool:
    """Whether an environment can; what it says is for the one who then asks again."""
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def free_torchaudio(environment: Path) -> None:
    """Let torchaudio work in pure Python where its extension was built for another torch.

    The wheels of 2.11 link CUDA's libraries, which a torch for the CPU does not bring, and `import torchaudio` fails.
    Without the folder `lib` it goes on without extension (torchaudio/_extension/utils.py, `_load_lib`), which is
    enough for pyannote.audio, silero-vad and whatever else only wants its names.
    """
    python = interpreter(environment)
    if can_import(python, "torchaudio"):
        return
    where: list[str | Path] = [python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]
    package = Path(subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip()) / "torchaudio"
    shutil.rmtree(package / UNLOADABLE, ignore_errors=True)
    (package / "lib").rename(package / UNLOADABLE)
    subprocess.run([python, "-c", "import torchaudio"], check=True)


def main(root: Path = ROOT) -> int:
    """Make it, or see that it is made; the exit code."""
    environment = root / ENVIRONMENT
    seal = environment / SEAL
    wanted = seal_of(root)
    if seal.is_file() and seal.read_text(encoding="utf-8") == wanted:
        return 0
    seal.unlink(missing_ok=True)
    install(root, environment)
    free_torchaudio(environment)
    seal.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
