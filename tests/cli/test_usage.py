"""Wrong usage, wrong manifests, and what every verb keeps to."""

import pytest

from resolver.cli.main import VERBS
from resolver.domain import errors
from tests.cli.offers import ASR, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

FLAGS = ("--project", "--token-file", "--offline", "--json", "--quiet", "--verbose", "--no-progress")


GROUPS: dict[str, tuple[str, ...]] = {"cache": ("cache gc",)}
MISSING = {"run": ["--json"]}
"""What stands on the stdout of a command that is run is the command's."""
CALLS = [call.split() for verb in VERBS for call in GROUPS.get(verb, (verb,))]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_verb_has_the_common_flags_and_says_what_it_does(run: Run, call: list[str]) -> None:
    result = run(*call, "--help")
    assert result.code == 0
    assert [flag for flag in FLAGS if flag not in result.stdout] == MISSING.get(" ".join(call), [])
    assert result.stdout.splitlines()[2].strip()


def test_help_lists_every_verb_and_the_exit_codes(run: Run) -> None:
    for flag in ("--help", "-h"):
        result = run(flag)
        assert result.code == 0
        assert all(verb in result.stdout for verb in VERBS)
        assert "5 access refused" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("synk",), "no verb 'synk'"),
        (("lock", "--chek"), "--chek"),
        (("sync", "--only"), "--only"),
        (("path",), "NAME"),
        (("path", "a", "b"), "b"),
        (("sync", "extra"), "extra"),
        (("--nonsense",), "--nonsense"),
        (("sync", "--max-workers", "65"), "65"),
        (("sync", "--timeout", "soon"), "soon"),
    ],
)
def test_wrong_usage_is_exit_2_with_a_hint(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert "hint: " in result.stderr


def test_a_verb_that_was_misspelt_is_suggested(run: Run) -> None:
    assert "did you mean 'sync'?" in run("synk").stderr


@pytest.mark.parametrize("verb", ["lock", "sync"])
def test_without_a_manifest_the_hint_says_how_to_go_on(run: Run, verb: str) -> None:
    result = run(verb)
    assert result.code == 2
    assert "there is no models.yaml" in result.stderr
    assert "--project" in result.stderr


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("models: {asr: {source: hf:org/name, optinal: true}}", "2:37", "did you mean 'optional'?"),
        ("models: {asr: {source: hf:org/name, runtime: piannote}}", "2:46", "did you mean 'pyannote'?"),
        ("models: {asr: {source: hg:org/name}}", "2:24", "known: file, github, hf, pypi"),
        ("models: {asr: {source: spacy:en-core-web-md}}", "2:24", "spacy:en_core_web_md"),
        ("models: {asr: {source: hf:org/name, optional: yes}}", "2:47", "true"),
        ("models: {asr: {source: hf:org/name}, asr: {source: hf:org/b}}", "2:38", "twice"),
        ("models: {asr: &a {source: hf:org/name}, b: *a}", "2:15", ""),
        ("models: {asr: {source: hf:org/name, needs: {ram: 4 bananas}}}", "2:50", "4 bananas"),
        ("models: {asr: {source: hf:org/name, license: }}", "2:37", "no value"),
        ("models: {}", "2:1", "empty"),
        ("models: {asr: {version: '>=1'}}", "2:10", "source"),
        ("cache: ../out\nmodels: {asr: {source: hf:org/name}}", "2:8", ""),
        ("models: {asr: {source: hf:org/name, files: {include: []}}}", "2:45", "empty"),
        ("models: {a/b: {source: hf:org/name}}", "2:10", ""),
        ("models: {CON: {source: hf:org/name}}", "2:10", ""),
    ],
)
def test_a_wrong_manifest_is_exit_2_with_its_place(
    project: Project, run: Run, text: str, place: str, said: str
) -> None:
    project.manifest(text + "\n")
    for verb in ("lock", "sync"):
        result = run(verb)
        assert result.code == 2, result.text
        assert result.stderr.startswith(f"error: models.yaml:{place}: "), result.stderr
        assert said in result.stderr
        assert "^" in result.stderr
    assert not project.lock_path.exists()


def test_every_problem_of_a_manifest_is_said_at_once(project: Project, run: Run) -> None:
    project.manifest("models: {a: {sorce: x}, b: {source: hf:o/n, optional: maybe}, c: {source: y:z}}\n")
    result = run("lock")
    assert result.stderr.count("error: models.yaml:2:") >= 3


@pytest.mark.parametrize("version", ["0", "2", "1.0", "one", ""])
def test_another_version_of_the_manifest_is_refused(project: Project, run: Run, version: str) -> None:
    project.manifest_path.write_text(f"version: {version}\nmodels: {{asr: {{source: hf:org/name}}}}\n")
    result = run("lock")
    assert result.code == 2
    assert "models.yaml:1:" in result.stderr


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"models: [", b"\x00", b"- a\n", b"version: 1\n", b"x" * (2 << 20), b"[" * 10_000]
)
def test_what_is_no_manifest_is_exit_2(project: Project, run: Run, content: bytes) -> None:
    project.manifest_path.write_bytes(content)
    result = run("lock")
    assert result.code == 2, result.text
    assert "models.yaml" in result.stderr


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"lock_version": 1}', b'{"a": NaN}']
)
def test_what_is_no_lock_is_exit_2(project: Project, run: Run, content: bytes) -> None:
    project.manifest(ASR)
    project.lock_path.write_bytes(content)
    for arguments in (("lock",), ("lock", "--check"), ("sync",), ("sync", "--frozen"), ("verify",), ("status",)):
        result = run(*arguments)
        assert result.code == 2, result.text
        assert "models.lock" in result.stderr
    assert project.lock_path.read_bytes() == content


def test_a_control_character_in_a_name_does_not_reach_the_terminal(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit("org/name", {"ev\x1b[31mil": b"1"})
    project.manifest(ASR)
    result = run("lock")
    assert result.code == 2
    assert "\x1b" not in result.text


def test_a_foreign_file_in_the_way_is_said(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    project.lock_path.mkdir()
    assert run("lock").code in (2, 3)
    project.lock_path.rmdir()
    project.view.write_bytes(b"a file where the view belongs")
    result = run("sync")
    assert result.code == 3, result.text
    assert ".cache" in result.stderr


@pytest.mark.parametrize("status", [errors.ManifestError, errors.LockError, errors.PolicyError, errors.ConflictError])
def test_wrong_input_is_always_exit_2(status: type[errors.ModelsError]) -> None:
    assert status.exit_code == 2


def test_the_worst_of_several_failures_is_4_before_5_before_3() -> None:
    three, four, five = errors.NetworkError("a"), errors.MismatchError("b"), errors.AccessRefusedError("c")
    assert errors.failure_exit_code([three, five, four]) == 4
    assert errors.failure_exit_code([three, five]) == 5
    assert errors.failure_exit_code([three]) == 3
    assert errors.failure_exit_code([]) == 0


FORMATTED = {
    "lock --check": ("text", "github"),
    "lock": ("text", "github"),
    "status": ("text", "markdown"),
    "verify": ("text", "github", "sarif", "junit"),
    "diff": ("text", "markdown", "github"),
}


@pytest.mark.parametrize(
    "call", [f"{verb} --format {form}" for verb, forms in FORMATTED.items() for form in forms], ids=str
)
def test_two_formats_at_once_are_wrong_usage(project: Project, run: Run, call: str) -> None:
    result = run(*call.split(), "--json")
    assert result.code == 2
    assert (
        result.stderr == f"error: --json and {call[call.index('--format') :]} are two formats\nhint: give one of them\n"
    )
    assert result.document["schema"] == "models.error/1", "whoever asked for JSON reads the error as JSON"
    assert not project.lock_path.exists()


@pytest.mark.parametrize("verb", FORMATTED, ids=str)
def test_the_same_format_by_both_flags_is_one(project: Project, run: Run, hub: LocalHub, verb: str) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    arguments = ["diff", "models.lock", "models.lock"] if verb == "diff" else verb.split()
    one, other, both = (
        run(*arguments, *how) for how in (["--json"], ["--format", "json"], ["--json", "--format=json"])
    )
    assert [one.document["schema"], one.code] == [f"models.{arguments[0]}/1", 0]
    assert list(one.document) == list(other.document) == list(both.document)


def test_a_verb_that_has_no_document_refuses_to_promise_one(project: Project, run: Run) -> None:
    project.manifest(ASR)
    result = run("run", "--json", "--", "echo", "ran")
    assert (result.code, result.stdout) == (2, "")
    assert "No such option" in result.stderr


@pytest.mark.parametrize("verb", ["status", "sync --frozen", "verify", "path asr", "env", "explain asr", "run -- echo"])
def test_a_profile_where_none_is_declared_says_how_to_declare_one(
    project: Project, run: Run, hub: LocalHub, verb: str
) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("lock").code == 0
    before, dashes, after = verb.partition(" -- ")
    result = run(*before.split(), "--profile", "nope", *(dashes + after).split())
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: no profile 'nope': neither declared nor a file\n"
        "hint: none is declared; write `profiles:` into models.yaml and lock, "
        "or give a file that `models hardware --json` wrote on that machine\n"
    )
