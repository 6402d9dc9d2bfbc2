"""What may have been written to after it was judged is not remembered as right."""

from resolver.domain.plan import Trace
from resolver.workflows.adopting import Adopted

OLD, NEW = 1, 2


def trace(sha256: str, mtime: int) -> Trace:
    return Trace(7, mtime, 1, sha256)


def test_what_nobody_else_writes_to_is_trusted() -> None:
    traces = {"x/one.bin": trace("a", NEW)}
    assert Adopted().trusted(traces) == traces


def test_a_shared_file_is_trusted_at_the_time_at_which_it_was_judged_and_at_no_other() -> None:
    adopted = Adopted(shared={"a": OLD, "b": OLD, "c": None})
    traces = {"x/one.bin": trace("a", OLD), "x/two.bin": trace("b", NEW), "x/three.bin": trace("c", OLD)}
    assert adopted.trusted(traces) == {"x/one.bin": trace("a", OLD)}
