"""Errors carry what a caller treats differently; the worst of several decides the exit code."""

import itertools
from collections.abc import Iterator

import pytest

from resolver.domain import errors
from resolver.domain.errors import ManifestError, ModelsError, Problem, TransientError, failure_exit_code

CODES = {
    "AccessRefusedError": 5,
    "AnswerIsNoError": 1,
    "ConflictError": 2,
    "EnvironmentRefusedError": 2,
    "DiskError": 3,
    "InputError": 2,
    "InterruptedByUserError": 130,
    "LockError": 2,
    "ManifestError": 2,
    "MismatchError": 4,
    "MissingLockError": 2,
    "ModelsError": 70,
    "NetworkError": 3,
    "NotFoundUpstreamError": 3,
    "NotPlacedError": 1,
    "NothingSuitsError": 2,
    "OfflineError": 3,
    "OutsideError": 3,
    "PolicyError": 2,
    "StaleLockError": 1,
    "TooManyCombinationsError": 2,
    "TooManyError": 2,
    "TransientError": 3,
    "StalledError": 3,
    "UnknownFactError": 2,
    "UnknownNameError": 2,
    "UnsafeContentError": 2,
    "UsageError": 2,
    "VersionError": 2,
}


def classes(top: type[ModelsError] = ModelsError) -> Iterator[type[ModelsError]]:
    yield top
    for one in top.__subclasses__():
        if one.__module__ == errors.__name__:
            yield from classes(one)


def test_the_exit_codes_are_those_of_the_product() -> None:
    assert {one.__name__: one.exit_code for one in classes()} == CODES
    assert all(one.meaning for one in classes())


PROBLEM = Problem("wrong", "models.yaml", 3, 7, "source", hint="right")


def test_a_problem_says_where_as_editors_understand_it() -> None:
    assert PROBLEM.where == "models.yaml:3:7"


def test_a_wrong_manifest_shows_the_first_problem_and_counts_the_others() -> None:
    one, three = ManifestError([PROBLEM]), ManifestError([PROBLEM] * 3)
    assert (one.message, one.hint) == ("models.yaml:3:7: wrong", "right")
    assert three.message == "models.yaml:3:7: wrong (and 2 more)"
    assert three.problems == (PROBLEM,) * 3


def test_an_error_keeps_its_hint_and_details_beside_its_message() -> None:
    error = ModelsError("what", hint="do", details=["a", "b"])
    assert (str(error), error.message, error.hint, error.details) == ("what", "what", "do", ("a", "b"))
    assert TransientError("busy", retry_after=3.0, hint="wait").retry_after == 3.0
    assert TransientError("busy").retry_after is None


ORDER = [
    errors.MismatchError,
    errors.AccessRefusedError,
    errors.NetworkError,
    errors.InputError,
    errors.AnswerIsNoError,
]


@pytest.mark.parametrize(("worse", "better"), list(itertools.combinations(ORDER, 2)))
def test_of_two_failures_the_worse_decides(worse: type[ModelsError], better: type[ModelsError]) -> None:
    assert failure_exit_code([better("b"), worse("w")]) == worse.exit_code
    assert failure_exit_code([worse("w"), better("b")]) == worse.exit_code


def test_no_failure_is_no_failure() -> None:
    assert failure_exit_code([]) == 0
