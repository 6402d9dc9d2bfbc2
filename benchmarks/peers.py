"""The commands that are compared, each as its users run it: `models`, `hf`, `curl`, `aria2c`, `openssl`."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.commands import Command, Ended, run, tool
from benchmarks.measure import Outcome
from benchmarks.served import ROOT

BIN = Path(sys.executable).parent
_BLOCK = 1 << 20


def environment(home: Path, endpoint: str = "") -> dict[str, str]:
    """What a command sees: nothing of this machine's own settings, no telemetry, no look for updates, no Xet."""
    ours = os.environ  # noqa: TID251  # a benchmark makes the environment that the contenders are handed
    kept = {name: ours[name] for name in ("PATH", "LANG", "TMPDIR") if name in ours}
    home.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "HF_HOME": str(home / "hf"),
        "HF_ENDPOINT": endpoint or "http://127.0.0.1:9",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }


def models_command() -> list[str]:
    """The command of this environment; PYTHONPATH has it run the code beside these scripts."""
    script = BIN / "models"
    return [str(script)] if script.exists() else [sys.executable, "-m", "resolver"]


def python_pass() -> list[str]:
    """The least that anything written in Python takes."""
    return [sys.executable, "-c", "pass"]


def hf_command() -> str:
    """The command line of huggingface_hub, of this environment."""
    return tool("hf", f"{sys.executable} -m pip install --group benchmarks", BIN)


@dataclass(frozen=True, slots=True)
class Hf:
    """The command line of huggingface_hub with a home of its own."""

    home: Path
    endpoint: str

    def run(self, *words: str) -> Ended:
        """Run `hf` with these words."""
        return run(Command([hf_command(), *words], self.home, environment(self.home, self.endpoint)))

    def download(self, repository: str, *words: str) -> Ended:
        """Download a repository into the cache of this home."""
        return self.run("download", repository, *words)


def fetched_by(words: Sequence[str], url: str, folder: Path) -> Ended:
    """A command that writes what is at an address into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return run(Command([*words, url], folder, environment(folder.parent / "home")))


def curl(output: str) -> list[str]:
    """It checks nothing and syncs nothing."""
    return [tool("curl", "apt-get install curl"), "--silent", "--fail", "--location", "--output", output]


def aria2c(output: str, connections: int, sha256: str | None = None) -> list[str]:
    """Several connections for one file; without allocation beforehand, which only costs it time here."""
    program = tool("aria2c", "apt-get install aria2")
    several = [f"--max-connection-per-server={connections}", f"--split={connections}", "--min-split-size=1M"]
    checked = [f"--checksum=sha-256={sha256}"] if sha256 else []
    return [program, "--quiet", "--no-conf", "--file-allocation=none", *several, *checked, f"--out={output}"]


def openssl_pass(size: int, cores: int, seconds: int = 3) -> Outcome:
    """How long the hash of so many bytes takes at the rate that openssl reaches on all cores from one hot buffer."""
    program = tool("openssl", "apt-get install openssl")
    words = ["speed", "-mr", "-multi", str(cores), "-bytes", str(_BLOCK), "-seconds", str(seconds), "-evp", "sha256"]
    said = _said(program, words)
    rate = float(re.findall(r"^\+F:\d+:[^:]+:([\d.]+)$", said, re.MULTILINE)[-1])
    return Outcome(f"{rate / 1e9:.2f} GB/s", size / rate, {"bytes_a_second": rate})


def versions() -> dict[str, str]:
    """The first line that each peer says of itself."""
    asked = {
        "curl": ["--version"],
        "aria2c": ["--version"],
        "openssl": ["version"],
    }
    return {name: _version(name, words) for name, words in asked.items()}


def _version(name: str, words: Sequence[str]) -> str:
    said = _said(tool(name, f"apt-get install {name}"), words)
    found = re.search(r"\d+(\.\d+)+\w*", said)
    return found[0] if found else "unknown"


def _said(program: str, words: Sequence[str]) -> str:
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout
