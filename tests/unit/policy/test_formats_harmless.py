"""The corpus of files that execute nothing: none may be flagged."""

import io
import json
import lzma
import random
import struct
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.policy.formats import flags_of
from tests.unit.policy.test_formats_pickle import array, gzipped, tarred, zipped

SEED = 20_240_611


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same bytes every time, for a test


def safetensors(tensors: int) -> bytes:
    entries = {
        f"layer.{n}.weight": {"dtype": "F32", "shape": [4], "data_offsets": [16 * n, 16 * n + 16]}
        for n in range(tensors)
    }
    header = json.dumps({"__metadata__": {"format": "pt"}, **entries}).encode()
    return struct.pack("<Q", len(header)) + header + seeded(tensors).randbytes(16 * tensors)


def gguf(tensors: int) -> bytes:
    name = b"general.architecture"
    return (
        b"GGUF"
        + struct.pack("<IQQQ", 3, tensors, 1, len(name))
        + name
        + struct.pack("<IQ", 8, 5)
        + b"llama"
        + bytes(256)
    )


def ctranslate2(version: int) -> bytes:
    name = b"WhisperSpec\0"
    return struct.pack("<IH", version, len(name)) + name + struct.pack("<II", 3, 200) + seeded(version).randbytes(4096)


def wave() -> bytes:
    samples = seeded(1).randbytes(2048)
    return b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + bytes(20) + b"data" + samples


def png() -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 4, 4, 8, 2, 0, 0, 0) + zlib.compress(bytes(52))
    )


def onnx() -> bytes:
    return b"\x08\x0a\x12\x07pytorch\x1a\x052.5.1:\xb8\x02\x0a\x1e\x0a\x01a\x0a\x01b\x12\x01c\x1a\x04/Add" + bytes(300)


def sentencepiece() -> bytes:
    return b"".join(b"\x0a\x0e\x0a\x05<unk>\x15" + struct.pack("<f", -n) + b"\x18\x02" for n in range(200))


def long_tar() -> bytes:
    return tarred(a=seeded(2).randbytes(1 << 20), b=b"text\n" * 9, c=safetensors(3))


BINARIES = {
    "empty": b"",
    "one byte": b"\x80",
    "zeros": bytes(100_000),
    "onnx": onnx(),
    "onnx, large": onnx() + seeded(3).randbytes(200_000),
    "ctranslate2, version 6": ctranslate2(6),
    "ctranslate2, version 8": ctranslate2(8),
    "wav": wave(),
    "png": png(),
    "sentencepiece": sentencepiece(),
    "flac": b"fLaC\0\0\0\x22" + bytes(64),
    "mp3": b"ID3\4" + bytes(64),
    "parquet": b"PAR1\x15\x04\x15\x10" + seeded(4).randbytes(70_000) + b"PAR1",
    "sqlite": b"SQLite format 3\0" + bytes(100),
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(300),
    "flatbuffers": b"\x1c\0\0\0TFL3" + bytes(64),
    "msgpack": bytes([0x85]) + b"".join(b"\xa6params" + bytes([n]) for n in range(5)),
    "msgpack, empty map": b"\x80",
    "msgpack, twelve entries": b"\x8c" + b"\xa4name\xa5value" * 12,
    "elf": b"\x7fELF\2\1\1" + bytes(64),
    "a string that ends before it begins": b"T\xfa\xff\xff\xff" * 9,
    "a text that is no UTF-8": b"X\2\0\0\0\xff\xfe.",
    "an end record in the middle": b"the magic is PK\5\6, and more\n",
    "nothing in a frame": b"\x95\1" + bytes(7) + b"\xff.",
    "zstd frame": b"\x28\xb5\x2f\xfd" + seeded(5).randbytes(64),
    "7z": b"7z\xbc\xaf\x27\x1c" + seeded(6).randbytes(64),
    "half floats": struct.pack("<512e", *(n / 7 for n in range(512))),
    "floats": struct.pack("<512f", *(n / 7 for n in range(512))),
    "npy": array("'<f4'") + bytes(8),
    "npy of text": array("'<U12'") + bytes(96),
    "npy of records": array("[('O', '<f4'), (('title', 'x'), '|u1', (2,))]") + bytes(12),
    "npy of subarrays": array("('<f4', (3,))") + bytes(24),
    "npy of times": array("'<M8[ns]'") + bytes(16),
    "npy of Python 2": array("'<f8'", shape="(2L,)") + bytes(16),
    "npy, big header": array("'|b1'", version=2) + bytes(2),
    "npz": zipped(a_npy=array("'<f4'") + bytes(8), b_npy=array("'<i8'") + bytes(16)),
    "npz, deflated": zipped(zipfile.ZIP_DEFLATED, a_npy=array("'<f4'") + bytes(8)),
    "zip of text": zipped(zipfile.ZIP_DEFLATED, readme_md=b"# Readme\n" * 99, data__a_csv=b"1,2\n" * 999),
    "zip with a name in two cases": zipped(a=b"1", A=b"2"),
    "empty zip": zipped(),
    "zip in a zip": zipped(inner_zip=zipped(a=b"text")),
    "zip of zeros": zipped(a=bytes(300_000)),
    "zip of safetensors": zipped(model_safetensors=safetensors(2)),
    "tar": tarred(config_json=b"{}", model=safetensors(2)),
    "tar, GNU": tarred(tarfile.GNU_FORMAT, **{"n" * 150: b"x"}),
    "tar.gz": gzipped(tarred(config_json=b"{}", model=safetensors(2))),
    "tar.gz, long": gzipped(long_tar()),
    "tar.xz": lzma.compress(tarred(config_json=b"{}")),
    "gzip of text": gzipped(b"This is a text.\n" * 9),
    "gzip of a long text": gzipped(b"This is a text that begins like a long string.\n" * 60_000),
    "gzip three deep": gzipped(gzipped(gzipped(b"text"))),
    "tar.gz of a zip": gzipped(tarred(inner=zipped(a=b"text"))),
    "zlib of JSON": zlib.compress(b'{"a": 1}' * 200_000),
    "xz of JSON": lzma.compress(b'{"a": 1}'),
    **{f"safetensors, {n}": safetensors(n) for n in (0, 1, 2, 3, 5, 8, 13, 40, 100, 1000)},
    **{f"gguf, {n}": gguf(n) for n in (0, 1, 0x2E, 0x52, 291)},
    **{f"random, {n}": seeded(SEED + n).randbytes(10 + n * n * 20) for n in range(60)},
}
TEXTS = {
    "json": b'{"model_type": "whisper", "layers": [1, 2, 3]}',
    "json list": b'["a", "b"]',
    "vocabulary": b"[PAD]\n[UNK]\nthe\nof\nand\n",
    "merges": b"#version: 0.2\ni n\nt h\na n\n",
    "merges without version": b"i n\nt h\nc a\n(i n\n",
    "tiktoken": b"IQ== 0\nIg== 1\nIw== 2\n",
    "csv": b"1,2,3\n4,5,6\n",
    "csv of floats": b"0.5,1.5\n2.5,3.5\n",
    "word vectors": b"2000000 300\nthe 0.1 0.2\n",
    "markdown": b"# Model card\n\nThis is a model.\n",
    "front matter": b"---\nlicense: mit\n---\n",
    "yaml": b"version: 1\nmodels:\n",
    "licence": b"Apache License\nVersion 2.0\n",
    "mit": b"MIT License\n\nCopyright (c)\n",
    "python": b"import os\nclass A:\n    pass\n",
    "notice": b"Permission is hereby granted\n",
    "begins with (": b"(c) 2024 Someone\nAll rights reserved.\n",
    "begins with (i": b"(in prose) a text\nand more\n",
    "begins with ((": b"((a)) b\n",
    "numbers like INT": b"I1\nI2\nI3\n",
    "number and dot": b"I1\n.\n",
    "names like GLOBAL": b"cfoo\nbar\nbaz\n",
    "words like GLOBAL": b"cat\ndog\nfish\n",
    "only words like GLOBAL": b"cat\ndog\ncow\nemu\n",
    "words, then None": b"cat\ndog\nNancy\n",
    "words, then a string": b"cat\ndog\nVienna\nfish\n",
    "brackets": b"]\n]\n",
    "prose like GLOBAL, then a call": b"c is no module\nname\n(tR.",
    "a call across a mark": b"cos\nsystem\n(R.",
    "a call of nothing imported": b"NN\x93)R.",
    "a name in no encoding": b"c\xff\nname\n(tR.",
    "an import, then no change": b"csys\npath\n(e!",
    "a list, then nothing": b"](S'a'\ne!",
    "a dictionary, then nothing": b"}(S'a'\nNu}S'a'\nNs!",
    "a call of data": b"(lp0\n(tR.",
    "a mark that is not there": b"cos\nsystem\ntR.",
    "a memo that is empty": b"g0\n(tR.",
    "prose like INST": b"(in prose\nname\n.",
    "dots": b".\n.\n...\n",
    "braces": b"}{\n",
    "names of cities": b"Paris\nVienna\nRome\nPrague\n",
    "roman": b"I\nII\nIII\nIV\n",
    "starts with N.": b"N. Chomsky\n",
    "starts with None": b"None\n",
    "starts with 0": b"0 0 1\n",
    "starts with T": b"The quick brown fox jumps over the lazy dog.\n" * 4000,
    "starts with B": b"Berlin and Bonn\n" * 9000,
    "starts with x^": b"x^2 + y^2\n",
    "starts with X": b"Xavier\n",
    "starts with PK": b"PK is a name\n",
    "starts with BZh": b"BZh9 is the magic of bzip2\n",
    "starts with U": b"Ukraine\n",
    "starts with C": b"Copyright\n" * 30,
    "base64": b"VGhpcyBpcyBhIHRleHQ=\n" * 99,
    "utf-16": "text".encode("utf-16"),
    "utf-8": "Ελληνικά\nçà et là\n".encode(),
    "base64 in one line": b"PHN2ZyB4bWxucz0naHR0cDovL3d3dy53My5vcmcv" * 9000,
    "log": b"F1 score: 0.5\nL2 norm: 1.0\nP50: 3\n" * 5000,
    "jinja": b"{{ bos_token }}{% for m in messages %}",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}
HARMLESS = {**BINARIES, **TEXTS}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS.keys())
@pytest.mark.parametrize("path", ["model", "pytorch_model.bin", "data.pkl"])
def test_no_file_that_executes_nothing_is_flagged_whatever_it_is_called(path: str, content: bytes) -> None:
    assert flags_of(path, io.BytesIO(content)) == frozenset()


def test_the_corpus_is_as_large_as_was_promised() -> None:
    assert len(HARMLESS) >= 50


def test_a_thousand_files_of_random_bytes_are_not_flagged() -> None:
    generator = seeded(SEED)
    contents = [generator.randbytes(generator.randrange(1, 9000)) for _ in range(1000)]
    assert not [content[:20] for content in contents if flags_of("model.bin", io.BytesIO(content))]


def test_a_thousand_vocabularies_of_random_words_are_not_flagged() -> None:
    generator = seeded(SEED)
    letters = "abcdefghijklmnopqrstuvwxyzCGINPSVR().]0123456789'"
    for _ in range(1000):
        words = ["".join(generator.choices(letters, k=generator.randrange(2, 9))) for _ in range(50)]
        assert flags_of("vocab.txt", io.BytesIO("\n".join(words).encode())) == frozenset(), words[:6]


@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(content: bytes) -> None:
    for head in (
        b"",
        b"PK\3\4",
        b"\x1f\x8b\x08",
        b"x\x9c",
        b"\x93NUMPY\1\0",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"]\0\0\x80\0",
    ):
        flags_of("a.json", io.BytesIO(head + content))
