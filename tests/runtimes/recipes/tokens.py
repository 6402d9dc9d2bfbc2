"""The alphabet of a Whisper: bytes as characters, special tokens, and a sentence as tokens."""

import string

PRINTABLE = (*range(33, 127), *range(161, 173), *range(174, 256))
SPECIAL = (
    *("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>"),
    *("<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"),
)
END = SPECIAL[0]
SPACE = ord(" ")


def byte_order() -> dict[int, int]:
    """The place of each byte in a byte-level vocabulary (GPT-2's `bytes_to_unicode`): the printable ones first."""
    others = (byte for byte in range(256) if byte not in PRINTABLE)
    return {byte: place for place, byte in enumerate((*PRINTABLE, *others))}


def byte_characters() -> list[str]:
    """How a byte-level vocabulary writes each byte, in that order."""
    others = 256 - len(PRINTABLE)
    return [chr(byte) for byte in PRINTABLE] + [chr(256 + place) for place in range(others)]


def alphabet() -> list[str]:
    """Bytes, and letters with a space before them: Whisper suppresses the bare space, because it opens " -"."""
    characters = byte_characters()
    space = characters[byte_order()[SPACE]]
    return [*characters, *(space + letter for letter in string.ascii_letters + string.digits)]


def spelled(sentence: str) -> list[str]:
    """A sentence of letters, digits and single spaces in tokens of `alphabet`."""
    space = byte_characters()[byte_order()[SPACE]]
    return [token for word in sentence.split() for token in (space + word[0], *word[1:])]


def timestamp(seconds: float) -> str:
    return f"<|{seconds:.2f}|>"


TIMESTAMPS = tuple(timestamp(place * 0.02) for place in range(1501))
