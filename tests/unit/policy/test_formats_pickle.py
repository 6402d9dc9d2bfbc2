"""The corpus of files that execute code when they are loaded: none may be missed."""

import bz2
import gzip
import io
import lzma
import pickle
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from resolver.policy.formats import PICKLE, flags_of


class Payload:
    """Calls `print` when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return print, ("executed",)


STATE = {"weight": [0.5, 1.5], "name": "layer", "n": None}
EVIL = {protocol: pickle.dumps(Payload(), protocol) for protocol in range(6)}
DATA = {protocol: pickle.dumps(STATE, protocol) for protocol in range(6)}
LONG = {protocol: pickle.dumps([b"x" * 300_000, "y" * 300_000, list(range(50_000))], protocol) for protocol in range(6)}


def zipped(method: int = zipfile.ZIP_STORED, /, **members: bytes) -> bytes:
    """A zip; a double underscore in a name stands for a slash, a single one for a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/").replace("_", ".")), content, method)
    return stream.getvalue()


def tarred(kind: int = tarfile.PAX_FORMAT, /, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=kind) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def array(description: str, shape: str = "(2,)", version: int = 1) -> bytes:
    """The beginning of a .npy, by hand."""
    text = f"{{'descr': {description}, 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text


NOISE = random.Random(0).randbytes(200_000)  # noqa: S311 - the same bytes every time, for a test
TORCH = zipped(archive__data_pkl=EVIL[2], archive__version=b"3\n", archive__data__0=bytes(64))
RENAMED = zipped(archive__model_weights=EVIL[2], archive__version=b"3\n", archive__data__0=bytes(64))


def flipped(content: bytes, marker: bytes, offset: int, replacement: bytes) -> bytes:
    """The bytes at an offset from the last `marker`, replaced."""
    at = content.rindex(marker) + offset
    return content[:at] + replacement + content[at + len(replacement) :]


def with_two_directories() -> bytes:
    """One directory where `miniz` looks, by offset, and a harmless one where `zipfile` does, before the end record."""
    bad, good = zipped(a=EVIL[4]), zipped(a=b"harmless".ljust(len(EVIL[4])))
    directory = good[good.index(b"PK\1\2") : good.index(b"PK\5\6")]
    return bad[: bad.index(b"PK\5\6")] + directory + bad[bad.index(b"PK\5\6") :]


def legacy_torch() -> bytes:
    """`torch.save` before 1.6: four pickles and raw storages."""
    magic = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
    return magic + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2) + EVIL[2] + bytes(100)


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def small_window(content: bytes) -> bytes:
    compressor = zlib.compressobj(6, zlib.DEFLATED, 9)
    return compressor.compress(content) + compressor.flush()


def broken_far_inside() -> bytes:
    """Two streams; the second, to which a string leads, is damaged."""
    string = b"B" + struct.pack("<I", 3 << 20) + bytes(3 << 20)
    return gzipped(string[: 2 << 20]) + gzipped(string[2 << 20 :] + b"0" + EVIL[0])[:-30] + bytes(30)


def lz4(content: bytes) -> bytes:
    """A frame with one block that is not compressed; joblib writes such."""
    return b"\x04\x22\x4d\x18\x60\x40\x82" + struct.pack("<I", len(content) | 1 << 31) + content + bytes(4)


STACKS = {
    "stacked text pickles": DATA[0] + EVIL[0],
    "stacked, junk after": DATA[1] + EVIL[1] + b"\0junk",
    "junk after": EVIL[0] + b"\0junk\n" * 9,
    "broken after the call (nullifAI)": EVIL[0][:-1] + b"\xff\xff",
    "truncated before STOP": EVIL[0][:-1],
    "truncated, protocol 4": EVIL[4][:-20],
    "legacy torch": legacy_torch(),
    "hexadecimal INT (genops refuses it)": b"I0x10\n0" + EVIL[0],
    "octal INT": b"I010\n0" + EVIL[0],
    "LONG with spaces": b"L 12 \n0" + EVIL[0],
    "module outside ASCII (genops refuses it)": b"c\xc3\xa9vil\nrun\n(tR.",
    "INST": b"(S'echo'\nios\nsystem\n.",
    "INST without a last newline": b"(ios\nabort",
    "OBJ": b"(cos\nsystem\nS'echo'\no.",
    "callable through the memo": b"cos\nsystem\np7\n0g7\n(S'echo'\ntR.",
    "memo out of order (STACK_GLOBAL)": b"\x8c\x02os\x94\x8c\x06system\x94\x8c\x03str\x940h\x00h\x01\x93(S'echo'\ntR.",
    "callable duplicated": b"cos\nsystem\n2(S'echo'\ntR.",
    "BUILD on a class": b"cos\nPathLike\n}S'a'\nS'b'\nsb.",
    "APPEND to sys.path": b"csys\npath\nS'/tmp'\na0junk",
    "APPENDS to sys.path": b"csys\npath\n(S'/tmp'\ne!",
    "SETITEMS of sys.modules": b"csys\nmodules\n(S'os'\nNu!",
    "SETITEM of sys.modules": b"csys\nmodules\nS'os'\nS'x'\ns!",
    "NEWOBJ": b"cos\nPathLike\n)\x81!",
    "NEWOBJ_EX": b"cos\nPathLike\n)}\x92!",
    "changed data first": b"}S'a'\nS'b'\ns0](S'a'\ne0}(S'a'\nNu0" + EVIL[0] + b"!",
    "names pushed, imported": b"NS'os'\nS'system'\n\x93S'x'\n\x85R!",
    "marks and pops first": b"(((1N0]0}0)0" + EVIL[0],
    "no PROTO, frame first": EVIL[4][2:],
    "long strings first": b"T" + struct.pack("<i", 200_000) + bytes(200_000) + b"0" + EVIL[0] + b"!",
    "two long strings first": (b"B" + struct.pack("<I", 200_000) + bytes(200_000) + b"0") * 2 + EVIL[1] + b"!",
    "a long line first": b"V" + b"a" * 200_000 + b"\n0" + EVIL[0] + b"!",
    "a long quoted line first": b"S'" + b"a" * 200_000 + b"'\n0" + EVIL[0] + b"!",
    "a long number first": b"L0x" + b"f" * 200_000 + b"\n0" + EVIL[0] + b"!",
    "much of nothing first": b"N0" * 100_000 + EVIL[0] + b"!",
    "lengths of one and eight bytes": b"\x8a\xff" + bytes(255) + b"0\x8d\2" + bytes(7) + b"ab0" + EVIL[0] + b"!",
    "an empty string": b"X\0\0\0\0.",
    "a text cut by what is seen": b"X" + struct.pack("<I", 200_000) + "é".encode() * 100_000 + b"0" + EVIL[0] + b"!",
    "argument without end in a frame": b"\x95" + struct.pack("<Q", 9) + b"T\xff\xff\xff\x7fabcd!",
    "argument across a frame's end": b"\x95" + struct.pack("<Q", 5) + b"G" + bytes(8) + b"!",
    "frame in a frame": b"\x95" + struct.pack("<Q", 30) + b"\x95" + struct.pack("<Q", 9) + EVIL[0][:12] + b"!",
    "STOP inside a frame": b"\x95" + struct.pack("<Q", 30) + b"N." + bytes(28) + EVIL[0],
}
COMPRESSED = {
    "gzip": gzipped(EVIL[4]),
    "gzip, empty stream first": gzipped(b"") + gzipped(EVIL[4]),
    "gzip, checksum broken": gzipped(EVIL[4])[:-8] + bytes(8),
    "gzip, checksum broken over text": gzipped(b"harmless")[:-8] + bytes(8),
    "gzip, truncated": gzipped(EVIL[4])[:-12],
    "gzip, truncated at once": gzipped(EVIL[4])[:12],
    "gzip, text pickle": gzipped(EVIL[0]),
    "gzip, long string first": gzipped(b"B" + struct.pack("<I", 3 << 20) + bytes(3 << 20) + b"0" + EVIL[0]),
    "gzip, broken far inside": broken_far_inside(),
    "gzip, string of 4 GB": gzipped(b"B\xff\xff\xff\xff" + bytes(2 << 20)),
    "gzip of gzip": gzipped(gzipped(EVIL[3])),
    "gzip four deep": gzipped(gzipped(gzipped(gzipped(b"harmless")))),
    "zlib (joblib)": zlib.compress(EVIL[3], 3),
    "zlib, small window": small_window(EVIL[3]),
    "zlib, long string first": zlib.compress(b"B" + struct.pack("<I", 3 << 20) + bytes(3 << 20) + b"0" + EVIL[0]),
    "zlib, longer than its head": zlib.compress(b"B" + struct.pack("<I", 200_000) + NOISE + b"0" + EVIL[0]),
    "zlib, truncated": zlib.compress(EVIL[3] * 9)[:-6],
    "bz2": bz2.compress(EVIL[2]),
    "bz2, truncated": bz2.compress(EVIL[2])[:-9],
    "xz": lzma.compress(EVIL[5]),
    "xz, truncated": lzma.compress(EVIL[5])[:-20],
    "lzma": lzma.compress(EVIL[5], format=lzma.FORMAT_ALONE),
    "lzma, odd dictionary": lzma.compress(
        EVIL[5], format=lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 3 << 20}]
    ),
    "lz4 frame": lz4(EVIL[4]),
    "gzip of a torch zip": gzipped(TORCH),
}
ARCHIVES = {
    "torch zip": TORCH,
    "torch zip, members renamed": RENAMED,
    "torch zip, upper case": zipped(archive__DATA_PKL=b"not even a pickle"),
    "torch zip, deflated": zipped(zipfile.ZIP_DEFLATED, archive__model=EVIL[2]),
    "torchscript": zipped(m__constants_pkl=EVIL[2], m__code__model_py=b"def forward(): pass\n"),
    "text pickle in a zip": zipped(notes_txt=EVIL[0]),
    "bypass: checksum broken": flipped(RENAMED, b"PK\1\2", 16, b"\1\2\3\4"),
    "bypass: encrypted bit": flipped(RENAMED, b"PK\1\2", 8, b"\1"),
    "bypass: encrypted bit of a harmless member": flipped(zipped(a=b"harmless"), b"PK\1\2", 8, b"\1"),
    "bypass: names differ": flipped(zipped(a=b"harmless"), b"PK\1\2", 46, b"b"),
    "bypass: method unknown": flipped(RENAMED, b"PK\1\2", 10, b"\x63"),
    "bypass: fewer entries announced": flipped(RENAMED, b"PK\5\6", 8, b"\1\0\1\0"),
    "bypass: two directories": with_two_directories(),
    "bypass: something after the end": zipped(a=b"harmless") + b"junk",
    "bypass: something before the beginning": b"junk" + zipped(a=b"harmless"),
    "bypass: something before it, and a comment": b"junk" + flipped(zipped(a=b"1"), b"PK\5\6", 20, b"\4\0") + b"note",
    "bypass: offset beyond the file": flipped(zipped(a=b"harmless"), b"PK\1\2", 42, b"\xff\xff\xff\x7f"),
    "bypass: name cut at NUL": zipped(a=EVIL[2]).replace(b"a", b"\0"),
    "zip, truncated": TORCH[:-30],
    "zip, only its head": b"PK\3\4" + bytes(60),
    "zip in a zip": zipped(inner_bin=zipped(weights=EVIL[4])),
    "zip in a zip, long": zipped(inner_bin=zipped(weights=bytes(2 << 20))),
    "gzip in a zip": zipped(weights=gzipped(EVIL[4])),
    "legacy torch tar": tarred(tarfile.USTAR_FORMAT, sys_info=DATA[2], pickle=EVIL[2], storages=DATA[2]),
    "tar of a checkpoint (.nemo)": tarred(model_config=b"a: 1\n", model_weights=TORCH),
    "tar.gz of a checkpoint": gzipped(tarred(model_config=b"a: 1\n", model_weights=RENAMED)),
    "tar.bz2": bz2.compress(tarred(weights=EVIL[1])),
    "tar.gz, far inside": gzipped(tarred(a=bytes(3 << 20), b=EVIL[4])),
    "tar, header broken": tarred(a=b"harmless")[:1024] + b"junk" * 128,
    "tar, checksum broken": b"b" + tarred(a=b"harmless")[1:],
    "tar, truncated": tarred(a=b"harmless" * 99)[:700],
    "npy of objects": array("'|O'") + EVIL[4],
    "npy of objects, by name": array("'object'"),
    "npy of objects, big header": array("'|O'", version=2),
    "npy of records with objects": array("[('x', '<f4'), ('y', [('z', '|O', (2,))])]"),
    "npy of subarrays of objects": array("('O', (3,))"),
    "npy, types in one text": array("'i4,O'"),
    "npy, header broken": array("'<f4'")[:60],
    "npy, header not literal": array("__import__('os')"),
    "npy, header too long": array("'<f4'", shape="(" + "2," * 6000 + ")"),
    "npz of objects": zipped(a_npy=array("'<f4'") + bytes(8), b_npy=array("'|O'") + EVIL[4]),
    "npz of objects, deflated": zipped(zipfile.ZIP_DEFLATED, b_npy=array("'|O'") + EVIL[4]),
}
BAD = {
    **{f"call, protocol {protocol}": content for protocol, content in EVIL.items()},
    **{f"data, protocol {protocol}": content for protocol, content in DATA.items()},
    **{f"long, protocol {protocol}": content for protocol, content in LONG.items()},
    **STACKS,
    **COMPRESSED,
    **ARCHIVES,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("path", ["model", "model.safetensors"])
def test_no_file_that_executes_code_is_missed_whatever_it_is_called(path: str, content: bytes) -> None:
    assert PICKLE in flags_of(path, io.BytesIO(content))


def test_the_corpus_is_as_large_as_was_promised() -> None:
    assert len(BAD) >= 30
    assert len([name for name in BAD if name.startswith("bypass")]) >= 7


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("cut", range(1, 12))
def test_what_has_called_already_is_found_however_it_ends(protocol: int, cut: int) -> None:
    for content in (EVIL[protocol], EVIL[protocol] + bytes(cut), EVIL[protocol][:-1] + b"\xff" * cut):
        assert PICKLE in flags_of("a.txt", io.BytesIO(content))
