"""From what is wanted and what is there: what to do, and nothing twice."""

from dataclasses import replace

from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Adoption, Download, Extraction, Plan, State
from resolver.domain.view import Reference
from resolver.stages.plan import plan
from tests.unit.domain.values import KEY, artifact, file, placement, survey, view, wheel, with_states

ONE, TWO = file("one.bin", b"1"), file("two.bin", b"22")
ARTIFACTS = {KEY: artifact(KEY, ONE, TWO)}
ORIGIN = ("blobs/one",)
NOTHING = Plan((), (), (), (), (), frozenset())


def nothing_stored(_: File) -> bool:
    return False


def everything_stored(_: File) -> bool:
    return True


def test_nothing_wanted_is_nothing_to_do() -> None:
    empty = view()
    assert plan(empty, survey(empty), {}, nothing_stored) == NOTHING


def test_what_is_missing_is_fetched_and_placed() -> None:
    wanted = view(placement("x/one.bin", ONE), placement("x/two.bin", TWO))
    found = plan(wanted, survey(wanted), ARTIFACTS, nothing_stored)
    assert found == replace(
        NOTHING,
        downloads=(Download(KEY, ONE, ("asr",)), Download(KEY, TWO, ("asr",))),
        placements=tuple(wanted.placements.values()),
    )
    assert found.bytes_to_fetch == 3


def test_what_is_stored_is_only_placed() -> None:
    wanted = view(placement("x/one.bin", ONE), placement("x/two.bin", TWO))
    found = plan(wanted, survey(wanted), ARTIFACTS, lambda one: one == ONE)
    assert [one.file for one in found.downloads] == [TWO]
    assert len(found.placements) == 2


def test_what_is_present_is_left_alone_even_if_the_store_has_lost_it() -> None:
    wanted = view(placement("x/one.bin", ONE))
    found = plan(wanted, survey(wanted, State.PRESENT), ARTIFACTS, nothing_stored)
    assert found == replace(NOTHING, present=tuple(wanted.placements.values()))


def test_what_is_damaged_is_placed_again_and_called_a_repair() -> None:
    wanted = view(placement("x/one.bin", ONE), placement("x/two.bin", TWO), placement("x/three.bin", ONE))
    seen = with_states(survey(wanted, State.PRESENT), one_bin=State.DAMAGED, two_bin=State.MISSING)
    found = plan(wanted, seen, ARTIFACTS, everything_stored)
    assert [one.path for one in found.placements] == ["x/one.bin", "x/two.bin"]
    assert [one.path for one in found.present] == ["x/three.bin"]
    assert found.repairs == {"x/one.bin"}


def test_the_store_is_not_asked_about_what_is_present() -> None:
    asked: list[File] = []
    wanted = view(placement("x/one.bin", ONE), placement("x/two.bin", TWO))
    plan(wanted, with_states(survey(wanted), one_bin=State.PRESENT), ARTIFACTS, lambda one: not asked.append(one))  # type: ignore[func-returns-value]  # it is noted, and then true
    assert asked == [TWO]


def test_equal_bytes_of_one_artifact_are_fetched_once_for_all_who_want_them() -> None:
    wanted = view(
        placement("x/one.bin", ONE, models=("asr", "vad")),
        placement("y/same.bin", replace(ONE, path="same.bin"), models=("ner", "vad")),
    )
    found = plan(wanted, survey(wanted), ARTIFACTS, nothing_stored)
    assert found.downloads == (Download(KEY, ONE, ("asr", "vad", "ner")),)
    assert len(found.placements) == 2


def test_equal_bytes_of_two_artifacts_stay_apart_because_one_may_be_gated() -> None:
    other = "hf:org/other@main"
    same = replace(ONE, path="same.bin")
    wanted = view(placement("x/one.bin", ONE), placement("y/same.bin", same, other, ("ner",)))
    found = plan(wanted, survey(wanted), {**ARTIFACTS, other: artifact(other)}, nothing_stored)
    assert found.downloads == (Download(KEY, ONE, ("asr",)), Download(other, same, ("ner",)))


def test_a_reference_is_written_when_it_says_something_else() -> None:
    right, wrong, absent = (Reference(f"refs/{name}", "c", KEY, ("asr",)) for name in ("right", "wrong", "absent"))
    wanted = view(references=[right, wrong, absent])
    seen = replace(survey(wanted), references={"refs/right": "c", "refs/wrong": "c\n", "refs/absent": None})
    assert plan(wanted, seen, ARTIFACTS, nothing_stored).references == (wrong, absent)


VOICES = wheel("pypi:voices@*", file("voices/a", b"a"), file("voices/b", b"bb"))
A, B = VOICES.files
ARCHIVE = VOICES.archive or ONE


def wheel_view(*members: File, models: tuple[str, ...] = ("vad",)) -> "Plan":
    wanted = view(*(placement(f"python/{one.path}", one, VOICES.key, models) for one in members))
    return plan(wanted, survey(wanted), {VOICES.key: VOICES}, nothing_stored)


def test_members_come_out_of_their_archive() -> None:
    found = wheel_view(A, B)
    assert found.downloads == (Download(VOICES.key, ARCHIVE, ("vad",)),)
    assert found.extractions == (Extraction(VOICES.key, ARCHIVE, (A, B), ("vad",)),)
    assert found.bytes_to_fetch == ARCHIVE.size


def test_an_archive_that_is_stored_is_only_unpacked() -> None:
    wanted = view(placement("python/voices/a", A, VOICES.key))
    found = plan(wanted, survey(wanted), {VOICES.key: VOICES}, lambda one: one == ARCHIVE)
    assert found.downloads == ()
    assert [one.members for one in found.extractions] == [(A,)]


def test_members_that_are_stored_need_no_archive() -> None:
    wanted = view(placement("python/voices/a", A, VOICES.key), placement("python/voices/b", B, VOICES.key))
    found = plan(wanted, survey(wanted), {VOICES.key: VOICES}, lambda one: one in (A, B))
    assert (found.downloads, found.extractions) == ((), ())
    assert len(found.placements) == 2
    half = plan(wanted, survey(wanted), {VOICES.key: VOICES}, lambda one: one == A)
    assert half.extractions == (Extraction(VOICES.key, ARCHIVE, (B,), ("asr",)),)
    assert half.downloads == (Download(VOICES.key, ARCHIVE, ("asr",)),)


def test_an_archive_is_for_all_models_that_want_a_member() -> None:
    wanted = view(
        placement("python/voices/a", A, VOICES.key, ("vad", "ner")),
        placement("python/voices/b", B, VOICES.key, ("asr", "vad")),
    )
    found = plan(wanted, survey(wanted), {VOICES.key: VOICES}, nothing_stored)
    assert found.extractions[0].models == ("vad", "ner", "asr")
    assert found.downloads[0].models == ("vad", "ner", "asr")


def test_one_archive_under_two_keys_is_unpacked_for_each() -> None:
    again = replace(VOICES, key="pypi:voices@==1.0")
    wanted = view(
        placement("python/voices/a", A, VOICES.key, ("vad",)), placement("python/voices/b", B, again.key, ("ner",))
    )
    found = plan(wanted, survey(wanted), {VOICES.key: VOICES, again.key: again}, nothing_stored)
    assert found.extractions == (
        Extraction(VOICES.key, ARCHIVE, (A,), ("vad",)),
        Extraction(again.key, ARCHIVE, (B,), ("ner",)),
    )


def test_single_files_come_before_archives() -> None:
    wanted = view(placement("python/voices/a", A, VOICES.key), placement("x/one.bin", ONE))
    found = plan(wanted, survey(wanted), {**ARTIFACTS, VOICES.key: VOICES}, nothing_stored)
    assert [one.file for one in found.downloads] == [ONE, ARCHIVE]


def only_the_first(_: Artifact, one: File) -> tuple[str, ...]:
    return ("snapshots/one.bin", "blobs/one") if one == ONE else ()


def test_what_another_cache_seems_to_hold_is_adopted_and_not_fetched() -> None:
    wanted = view(placement("x/one.bin", ONE, models=("asr", "vad")), placement("x/two.bin", TWO))
    found = plan(wanted, survey(wanted), ARTIFACTS, nothing_stored, only_the_first)
    assert found.adoptions == (Adoption(KEY, ONE, ("asr", "vad"), ("snapshots/one.bin", "blobs/one")),)
    assert found.downloads == (Download(KEY, TWO, ("asr",)),)
    assert (found.bytes_to_adopt, found.bytes_to_fetch) == (ONE.size, TWO.size)
    assert found.placements == tuple(wanted.placements.values())


def test_what_another_cache_holds_of_one_artifact_is_not_fetched_for_another() -> None:
    twin = artifact("hf:org/twin@main", ONE)

    def only_of_the_second(asked: Artifact, _: File) -> tuple[str, ...]:
        return ORIGIN if asked == twin else ()

    wanted = view(placement("x/one.bin", ONE), placement("y/same.bin", ONE, twin.key, ("vad",)))
    found = plan(wanted, survey(wanted), {**ARTIFACTS, twin.key: twin}, nothing_stored, only_of_the_second)
    assert found.downloads == ()
    assert [(one.artifact, one.origins) for one in found.adoptions] == [(KEY, ORIGIN), (twin.key, ORIGIN)]


def test_no_other_cache_is_looked_at_for_what_is_stored_or_packed() -> None:
    def nowhere_else(_: Artifact, one: File) -> tuple[str, ...]:
        raise AssertionError(one)

    wanted = view(placement("x/one.bin", ONE), placement("python/voices/a", A, VOICES.key))
    artifacts = {**ARTIFACTS, VOICES.key: VOICES}
    assert plan(wanted, survey(wanted), artifacts, lambda one: one == ONE, nowhere_else).extractions
