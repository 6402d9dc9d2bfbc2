"""What somebody says, as a file that every library reads: 16 kHz, one channel. Needs espeak-ng and ffmpeg.

`python -m tests.runtimes.recipes.audio FOLDER`
"""

import argparse
import shutil
import subprocess
from pathlib import Path

SPOKEN = {
    "first": ("en-us", "Good morning everyone. Today we will talk about the weather in London."),
    "second": ("en-gb+f3", "My name is Alice, and I work in Paris."),
}
PAUSE = "2"
"""Seconds between the two in `both.wav`."""


def program(name: str) -> str:
    """Where a program is.

    Raises:
        SystemExit: it is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed: apt-get install $(cat .ci/packages)")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir()
    encode = [program("ffmpeg"), "-loglevel", "error", "-bitexact"]
    form = ["-ar", "16000", "-ac", "1", "-bitexact"]
    for name, (voice, text) in SPOKEN.items():
        raw = folder / f"{name}.raw.wav"
        subprocess.run([program("espeak-ng"), "-v", voice, "-s", "140", "-w", raw, text], check=True)
        subprocess.run([*encode, "-i", raw, *form, folder / f"{name}.wav"], check=True)
        raw.unlink()
    silence = ["-f", "lavfi", "-t", PAUSE, "-i", "anullsrc=r=16000:cl=mono"]
    joined = ["-filter_complex", "[0][1][2]concat=n=3:v=0:a=1"]
    first, second = (["-i", folder / f"{name}.wav"] for name in SPOKEN)
    subprocess.run([*encode, *first, *silence, *second, *joined, *form, folder / "both.wav"], check=True)


if __name__ == "__main__":
    main()
