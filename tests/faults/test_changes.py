"""The file becomes another one at the server while it comes: what is placed is one of the two, and the locked one."""

from pathlib import Path

import pytest

from resolver.concurrency import Limits
from tests.cli.offers import sha256, weights
from tests.faults.delivery import Delivery, code_of, delivering
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.wire import Answer, Request

SMALL = 1_000_000
LARGE = 64_000_000
RATE = 16_000_000
"""Bytes a second for each connection of a large file: slow enough for others to be called."""
TAGS = {"tags that change": ("sha256", "sha256"), "one tag for both": ('"same"', '"same"'), "no tags": (None, None)}


class ChangingServer(FileServer):
    """Serves `after` in place of `before` once so many bytes of the first were sent."""

    def __init__(self, before: bytes, after: bytes, tags: tuple[str | None, str | None], at: int) -> None:
        super().__init__()
        self.put("model.bin", before, etag=tags[0])
        self._after = after, tags[1]
        self._at = at
        self.changed = False

    def answer(self, request: Request) -> Answer:
        """Change first, if it is time."""
        if not self.changed and self.bytes_sent() >= self._at:
            self.changed = True
            self.put("model.bin", self._after[0], etag=self._after[1])
        return super().answer(request)


def nothing_but(delivery: Delivery, content: bytes, code: int) -> None:
    assert [one.name for one in delivery.published()] == ([sha256(content)] if code == 0 else [])


@pytest.mark.parametrize("tags", TAGS)
@pytest.mark.parametrize("locked", ["the old", "the new"])
def test_one_stream_is_never_spliced_from_two_versions(tmp_path: Path, locked: str, tags: str) -> None:
    codes = []
    for number in range(scale(3, 50)):
        old, new = weights(SMALL, number), weights(SMALL, number + 1000)
        wanted = old if locked == "the old" else new
        at = 1 + number * 19_997 % (SMALL - 1)
        with (
            ChangingServer(old, new, TAGS[tags], at) as server,
            delivering(tmp_path / str(number)) as delivery,
        ):
            server.faults = [Fault("model.bin", "reset", after_bytes=at)]
            codes.append(code_of(delivery.bring(server.url("model.bin"), wanted)))
            nothing_but(delivery, wanted, codes[-1])
            assert server.changed
    assert set(codes) == ({4} if locked == "the old" else {0})
    found = "exit 4" if locked == "the old" else "right bytes"
    figure(
        "mid-download change",
        "If-Range, the size, and the digest: never spliced",
        f"one stream, {locked} locked, {tags}: {len(codes)} changes, {found}, 0 spliced",
    )


@pytest.mark.parametrize("tags", TAGS)
@pytest.mark.parametrize("locked", ["the old", "the new"])
def test_ranges_are_never_spliced_from_two_versions(tmp_path: Path, locked: str, tags: str) -> None:
    old, new = weights(LARGE, 1), weights(LARGE, 2)
    wanted = old if locked == "the old" else new
    with ChangingServer(old, new, TAGS[tags], 12_000_000) as server, delivering(tmp_path) as delivery:
        server.faults = [
            Fault("model.bin", "slow", times=9, bytes_per_second=RATE),
            Fault("model.bin", "reset", times=ALWAYS, after_bytes=4_000_000, chance=0.3),
        ]
        code = code_of(delivery.bring(server.url("model.bin"), wanted, Limits(stop=delivery.stop)))
        nothing_but(delivery, wanted, code)
        assert code == 0 or (code, locked) == (4, "the old"), "what was on its way may have been all that was missing"
        assert server.changed
        assert len({one.header("range") for one in server.requests}) > 2, "ranges were asked for"
    found = "exit 4" if code else "right bytes"
    figure(
        "mid-download change",
        "If-Range, the size, and the digest: never spliced",
        f"parallel ranges, {locked} locked, {tags}: {found}, 0 spliced",
    )
