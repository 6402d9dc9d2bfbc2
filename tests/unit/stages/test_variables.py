"""What a program gets of what libraries heed."""

import pytest

from resolver.domain.environment import Environment, Variables, joined
from resolver.stages.variables import Place, variables

HERE = Place("/project/.cache", ":", {})


def test_a_folder_is_one_of_the_view() -> None:
    told = Environment(values={"OFFLINE": "1"}, folders={"CACHE": "hub/deep"}, removed=frozenset({"Z", "OLD"}))
    found = variables(told, HERE, {"LOCK": "abc"})
    assert list(found.values.items()) == [("CACHE", "/project/.cache/hub/deep"), ("LOCK", "abc"), ("OFFLINE", "1")]
    assert found.removed == ("OLD", "Z")


def test_a_folder_is_written_as_the_system_writes_it() -> None:
    told = Environment(folders={"CACHE": "hub/deep"})
    found = variables(told, Place("C:\\project\\.cache", ";", {}), {})
    assert found.values["CACHE"] == "C:\\project\\.cache\\hub\\deep"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "/project/.cache/python"),
        ("", "/project/.cache/python"),
        ("/a:/b", "/project/.cache/python:/a:/b"),
        ("/a:/project/.cache/python:/b", "/project/.cache/python:/a:/b"),
        ("::", "/project/.cache/python"),
    ],
)
def test_a_list_begins_with_ours_and_has_it_once(before: str | None, after: str) -> None:
    around = {} if before is None else {"PYTHONPATH": before}
    found = variables(Environment(paths={"PYTHONPATH": "python"}), Place("/project/.cache", ":", around), {})
    assert found.values == {"PYTHONPATH": after}


def test_what_one_library_needs_no_other_takes_away() -> None:
    both = joined([Environment(folders={"A": "a"}, removed=frozenset({"B", "C"})), Environment(values={"B": "1"})])
    assert both == Environment(values={"B": "1"}, folders={"A": "a"}, removed=frozenset({"C"}))


def test_an_environment_loses_what_would_lead_elsewhere_and_keeps_the_rest() -> None:
    told = Variables({"A": "new"}, ("OLD",))
    assert told.applied({"A": "old", "OLD": "x", "KEPT": "y"}) == {"A": "new", "KEPT": "y"}
