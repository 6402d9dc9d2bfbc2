"""Ranges that are not those that were asked for: what comes of them is right, or an error; never a splice."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.offers import sha256, weights
from tests.faults.delivery import code_of, delivering
from tests.faults.figures import figure
from tests.servers.base import LocalServer
from tests.servers.wire import Answer, Content, Request, file_answer, text_answer

RIGHT = weights(600_000, 1)
OTHER = weights(600_000, 2)
LONGER = RIGHT + weights(10_000, 3)
CUT = 250_000
"""Where the first answer breaks off; what is asked for next is a range."""
TAG = {"ETag": '"right"'}

Bending = Callable[[Request, Answer], Answer]


def served(request: Request, content: bytes = RIGHT, **headers: str) -> Answer:
    return file_answer(request, Content.of(content), {**TAG, **headers})


def whole(content: bytes = RIGHT) -> Bending:
    """The whole, with 200, whatever was asked for."""
    return lambda _, __: Answer(200, TAG, (content,), len(content))


def told(content_range: str, offset: int = CUT, length: int | None = None) -> Bending:
    """A 206 that says it is this range; its bytes are those from `offset` on."""

    def bend(_: Request, __: Answer) -> Answer:
        body = RIGHT[offset:] if length is None else RIGHT[offset : offset + length]
        return Answer(206, {**TAG, "Content-Range": content_range}, (body,), len(body))

    return bend


def in_parts(_: Request, __: Answer) -> Answer:
    part = (
        f"--x\r\nContent-Range: bytes {CUT}-{len(RIGHT) - 1}/{len(RIGHT)}\r\n\r\n".encode() + RIGHT[CUT:] + b"\r\n--x--"
    )
    return Answer(206, {**TAG, "Content-Type": "multipart/byteranges; boundary=x"}, (part,), len(part))


def changed(request: Request, _: Answer) -> Answer:
    """Another file with another tag; the condition is honoured."""
    return file_answer(request, Content.of(OTHER), {"ETag": '"other"'})


def changed_unnoticed(request: Request, _: Answer) -> Answer:
    """Another file with another tag, and the condition is ignored: a range of it."""
    free = replace(request, headers={name: value for name, value in request.headers.items() if name != "if-range"})
    return file_answer(free, Content.of(OTHER), {"ETag": '"other"'})


END = len(RIGHT) - 1
BENT: dict[str, Bending] = {
    "another start": told(f"bytes {CUT + 1}-{END}/{len(RIGHT)}", CUT + 1),
    "another start that is not told": told(f"bytes {CUT}-{END}/{len(RIGHT)}", CUT + 1),
    "the start of the file": told(f"bytes 0-{END}/{len(RIGHT)}", 0),
    "another total": told(f"bytes {CUT}-{END}/{len(RIGHT) + 5}"),
    "a smaller total": told(f"bytes {CUT}-{END}/{len(RIGHT) - 5}"),
    "no total": told(f"bytes {CUT}-{END}/*"),
    "a shorter range": told(f"bytes {CUT}-{CUT + 99}/{len(RIGHT)}", CUT, 100),
    "fewer bytes than told": told(f"bytes {CUT}-{END}/{len(RIGHT)}", CUT, 100),
    "no bytes": told(f"bytes {CUT}-{END}/{len(RIGHT)}", CUT, 0),
    "no range in the answer": lambda _, answer: replace(answer, status=206, headers=TAG),
    "another unit": told(f"items {CUT}-{END}/{len(RIGHT)}"),
    "parts": in_parts,
    "the whole": whole(),
    "a shorter whole": whole(RIGHT[:-5]),
    "a longer whole": whole(LONGER),
    "another whole": whole(OTHER),
    "not satisfiable": lambda _, __: text_answer(416, "no", {"Content-Range": f"bytes */{len(RIGHT)}"}),
    "nothing": lambda _, __: Answer(204, TAG),
    "a file that changed": changed,
    "a file that changed, condition ignored": changed_unnoticed,
}


class Server(LocalServer):
    """Breaks its first answer off; bends every other, or only the second; `untagged` by a weak tag or none."""

    def __init__(self, bend: Bending, *, always: bool, tag: dict[str, str | None]) -> None:
        super().__init__(files=self._answer)
        self._bend, self._always, self._tag = bend, always, tag
        self._asked = 0

    def _answer(self, request: Request) -> Answer:
        self._asked += 1
        answer = served(request)
        if self._asked == 1:
            answer = replace(answer, body=(RIGHT[:CUT],), ending="reset")
        elif self._always or self._asked == 2:
            answer = self._bend(request, answer)
        kept = {name: value for name, value in answer.headers.items() if name not in self._tag}
        return replace(answer, headers=kept | {name: value for name, value in self._tag.items() if value is not None})


@pytest.mark.parametrize("tag", [{}, {"ETag": 'W/"right"'}, {"ETag": None}], ids=["strong", "weak", "untagged"])
@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
def test_a_wrong_range_never_comes_to_a_wrong_file(tmp_path: Path, tag: dict[str, str | None], *, always: bool) -> None:
    codes = {form: brought(tmp_path / str(number), form, tag, always=always) for number, form in enumerate(BENT)}
    if not always:
        assert {form for form, code in codes.items() if code} == {"nothing"}, "an empty 204 is the server's word"
    assert set(codes.values()) <= {0, 3, 4}
    often = "for ever" if always else "once"
    figure(
        "flaky network (wrong range)",
        "Content-Range and If-Range checked, never spliced",
        f"{len(BENT)} wrong answers, {often}: right {list(codes.values()).count(0)} times, wrong never",
    )


def brought(folder: Path, form: str, tag: dict[str, str | None], *, always: bool) -> int:
    """The exit code; nothing but the right file is ever published."""
    with Server(BENT[form], always=always, tag=tag) as server, delivering(folder) as delivery:
        code = code_of(delivery.bring(f"{server.origin_of('files')}/model.bin", RIGHT))
        assert [one.name for one in delivery.published()] == ([sha256(RIGHT)] if code == 0 else []), form
        assert len(server.requests) <= 16, form
        conditions = {one.header("if-range") for one in server.requests} - {None}
        assert conditions <= (set() if tag else {TAG["ETag"], '"other"'}), "a weak tag is no condition"
        return code


@pytest.mark.parametrize("start", [0, 7])
def test_a_range_that_nobody_asked_for(tmp_path: Path, start: int) -> None:
    """206 to a request without a range: believed where it is the whole, else asked again."""

    def answer(request: Request) -> Answer:
        if len(server.requests) > 0:
            return served(request)
        body = RIGHT[start:]
        return Answer(206, {**TAG, "Content-Range": f"bytes {start}-{END}/{len(RIGHT)}"}, (body,), len(body))

    with LocalServer(files=answer) as server, delivering(tmp_path) as delivery:
        assert code_of(delivery.bring(f"{server.origin_of('files')}/model.bin", RIGHT)) == 0
        assert [one.name for one in delivery.published()] == [sha256(RIGHT)]
        assert len(server.requests) == (1 if start == 0 else 2)
