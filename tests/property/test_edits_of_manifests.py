"""`models add` and `models remove`: what is not of the model keeps every byte, whoever wrote the file and how."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from resolver.documents.editing import added, removed, says
from resolver.documents.manifest import read_manifest
from resolver.domain.manifest import Manifest
from resolver.mirrors import MIRRORS
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES
from tests.property.manifests import Drawn, drawn_manifests

patiently = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
SAID = {"runtime": "faster-whisper", "source": "hf:Systran/faster-whisper-small", "version": ">=1,<2"}


def judged(content: bytes) -> Manifest:
    defaults = {kind: one.default_runtime for kind, one in SOURCES.items()}
    return read_manifest(content, "models.yaml", defaults, RUNTIMES, MIRRORS)


@patiently
@given(drawn_manifests())
def test_what_was_added_is_a_model_and_nothing_else_has_changed(drawn: Drawn) -> None:
    judged(drawn.content)
    edit = added(drawn.content, "new", SAID)
    assert [one.name for one in judged(edit.content).models] == [*drawn.names, "new"]
    assert says(edit.content, drawn.content, {"new": SAID})
    assert is_part(drawn.content, edit.content), "nothing that was there is gone"
    lines = edit.content.decode().removeprefix("\ufeff").splitlines()
    assert edit.piece.split("\n")[0].strip() in lines[edit.line - 1]


@patiently
@given(drawn_manifests())
def test_what_was_added_and_removed_was_never_there(drawn: Drawn) -> None:
    edit = added(drawn.content, "new", SAID)
    assert removed(edit.content, "new").content == drawn.content


@patiently
@given(drawn_manifests(), st.data())
def test_what_was_removed_takes_its_own_lines_along_and_no_other(drawn: Drawn, data: st.DataObject) -> None:
    assume(len(drawn.names) > 1)
    name = data.draw(st.sampled_from(drawn.names))
    edit = removed(drawn.content, name)
    assert [one.name for one in judged(edit.content).models] == [one for one in drawn.names if one != name]
    assert says(edit.content, drawn.content, {name: None})
    assert is_part(edit.content, drawn.content), "nothing came"
    assert edit.content.endswith(b"\n") == drawn.content.endswith(b"\n")
    if any(owner for _, owner in drawn.lines):
        kept = [line for line, owner in drawn.lines if owner != name and line.strip()]
        assert [bare(one) for one in text_lines(edit.content) if one.strip()] == [bare(one) for one in kept]


def is_part(one: bytes, other: bytes) -> bool:
    """Whether the first is what remains of the second when bytes are taken away."""
    rest = iter(other)
    return all(byte in rest for byte in one)


def text_lines(content: bytes) -> list[str]:
    return content.decode().removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def bare(line: str) -> str:
    """A line without its comma: one may go with the entry that it parted."""
    return line.replace(",", "")
