"""What the local servers offer in most tests."""

import hashlib
import random

from tests.servers.hub import LocalHub

CONFIG = b'{"model_type": "whisper"}\n'
REPO = "org/name"
KEY = "hf:org/name@main"
ASR = "models: {asr: {source: hf:org/name}}\n"


def weights(size: int, seed: int = 0) -> bytes:
    """Bytes that look like weights: the same for the same arguments, and nothing else would compress to them."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - repeatable, not secret


WEIGHTS = weights(300_000)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def flipped(content: bytes, at: int) -> bytes:
    """The same but for one byte."""
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def offer(hub: LocalHub, repo: str = REPO, seed: int = 0, size: int = 300_000) -> str:
    """A repository with a small and a large file; its commit."""
    return hub.commit(repo, {"config.json": CONFIG, "model.bin": weights(size, seed)}, license="mit")
