"""What may be locked: licences, pickles, code."""

import io
import pickle
import zipfile

import pytest

from tests.cli.offers import ASR, CONFIG, KEY, REPO, WEIGHTS, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel


def checkpoint() -> bytes:
    """What `torch.save` writes: a zip with a pickle inside."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("archive/data.pkl"), pickle.dumps({"weight": [1.0, 2.0]}))
        archive.writestr(zipfile.ZipInfo("archive/data/0"), WEIGHTS)
    return file.getvalue()


@pytest.mark.parametrize(
    ("found", "policy", "more", "code"),
    [
        ("mit", "licenses: {allow: [mit]}", "", 0),
        ("MIT", "licenses: {allow: [mit]}", "", 0),
        ("cc-by-nc-4.0", "licenses: {allow: [mit]}", "", 2),
        ("cc-by-nc-4.0", "licenses: {deny: [cc-by-nc-4.0]}", "", 2),
        ("mit", "licenses: {deny: [cc-by-nc-4.0]}", "", 0),
        (None, "licenses: {deny: [cc-by-nc-4.0]}", "", 0),
        (None, "licenses: {allow: [mit]}", "", 2),
        (None, "licenses: {allow: [mit]}", ", license: mit", 0),
        (None, "licenses: {allow: [mit]}", ", license: apache-2.0", 2),
        ("mit", "licenses: {allow: [mit], deny: [mit]}", "", 2),
    ],
)
def test_licences_are_judged_at_lock(
    project: Project, run: Run, hub: LocalHub, *, found: str | None, policy: str, more: str, code: int
) -> None:
    hub.commit(REPO, {"config.json": CONFIG}, license=found)
    project.manifest(f"policy: {{{policy}}}\nmodels: {{asr: {{source: hf:org/name{more}}}}}\n")
    result = run("lock")
    assert result.code == code, result.stderr
    assert project.lock_path.exists() == (code == 0)
    if code:
        assert "licence" in result.stderr
        assert "asr" in result.stderr


def test_a_licence_that_the_manifest_states_is_in_the_lock(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"config.json": CONFIG})
    project.manifest("models: {asr: {source: hf:org/name, license: apache-2.0}}\n")
    assert run("lock").code == 0
    artifact = project.lock["artifacts"][KEY]
    assert (artifact["license"], artifact["license_stated"]) == ("apache-2.0", True)
    project.manifest(ASR)
    assert run("lock").code == 0
    assert project.lock["artifacts"][KEY]["license"] is None


@pytest.mark.parametrize(
    ("policy", "allow", "code"),
    [("deny", "", 2), ("warn", "", 0), ("allow", "", 0), ("deny", ", allow: [pickle]", 0)],
)
@pytest.mark.parametrize("name", ["model.bin", "weights.safetensors", "no-extension", "notes.txt"])
def test_pickles_are_told_by_their_bytes(
    project: Project, run: Run, hub: LocalHub, *, policy: str, allow: str, code: int, name: str
) -> None:
    hub.commit(REPO, {name: checkpoint(), "config.json": CONFIG}, lfs=[name] if name == "model.bin" else None)
    project.manifest(f"policy: {{pickle: {policy}}}\nmodels: {{asr: {{source: hf:org/name{allow}}}}}\n")
    result = run("lock")
    assert result.code == code, result.stderr
    assert ("`allow: [pickle]` permits it" in result.stderr) == (policy in ("deny", "warn") and not allow)
    if code == 0:
        assert project.lock["artifacts"][KEY]["flags"] == ["pickle"]


@pytest.mark.parametrize(
    ("policy", "allow", "code"),
    [("deny", "", 2), ("warn", "", 0), ("allow", "", 0), ("deny", ", allow: [remote_code]", 0)],
)
@pytest.mark.parametrize(
    ("path", "content", "flag"),
    [
        ("modeling_own.py", b"print('imported')\n", "code"),
        ("config.json", b'{"auto_map": {"AutoModel": "modeling_own.Own"}}', "custom_loader"),
    ],
)
def test_code_is_denied_warned_of_or_allowed(
    project: Project,
    run: Run,
    hub: LocalHub,
    *,
    policy: str,
    allow: str,
    code: int,
    path: str,
    content: bytes,
    flag: str,
) -> None:
    hub.commit(REPO, {path: content, "model.bin": WEIGHTS})
    project.manifest(f"policy: {{remote_code: {policy}}}\nmodels: {{asr: {{source: hf:org/name{allow}}}}}\n")
    result = run("lock")
    assert result.code == code, result.stderr
    assert ("`allow: [remote_code]` permits it" in result.stderr) == (policy in ("deny", "warn") and not allow)
    if code == 0:
        assert project.lock["artifacts"][KEY]["flags"] == [flag]


def test_an_exception_holds_for_dependencies_and_for_no_other_model(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    hub.commit("org/part", {"model.bin": checkpoint()})
    head = "policy: {pickle: deny}\n"
    project.manifest(head + "models: {asr: {source: hf:org/name, depends: [hf:org/part], allow: [pickle]}}\n")
    assert run("lock").code == 0
    both = "models: {asr: {source: hf:org/name, depends: [hf:org/part], allow: [pickle]}, ner: {source: hf:org/part}}\n"
    project.manifest(head + both)
    result = run("lock")
    assert result.code == 2
    assert "ner  hf:org/part@main" in result.stderr
    assert "asr  hf:" not in result.stderr


def test_every_refusal_is_said_at_once(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": checkpoint(), "own.py": b"1\n"}, license="other")
    hub.commit("org/two", {"model.bin": checkpoint()}, license="mit")
    project.manifest(
        """
        policy: {pickle: deny, remote_code: deny, licenses: {allow: [mit]}}
        models: {asr: {source: hf:org/name}, two: {source: hf:org/two}}
        """
    )
    result = run("lock")
    assert result.code == 2
    assert "refuses 4 things; the lock is unchanged" in result.stderr


def test_files_that_nobody_wants_are_not_judged(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": checkpoint(), "model.safetensors": WEIGHTS})
    project.manifest(
        """
        policy: {pickle: deny}
        models: {asr: {source: hf:org/name, files: {exclude: [model.bin]}}}
        """
    )
    assert run("lock").code == 0


def test_a_policy_that_became_stricter_is_judged_without_a_request(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": checkpoint()}, license="mit")
    project.manifest(ASR)
    assert run("lock").code == 0
    before = project.lock_path.read_bytes()
    hub.reset_requests()
    project.manifest("policy: {pickle: deny}\n" + ASR)
    assert run("lock").code == 2
    assert run("sync").code == 2
    assert hub.requests == []
    assert project.lock_path.read_bytes() == before


def test_the_code_of_a_wheel_is_flagged_and_never_run(project: Project, run: Run, index: PackageIndex) -> None:
    canary = project.folder / "canary"
    code = f"open({str(canary)!r}, 'w').write('ran')\n".encode()
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/__init__.py": code}))
    project.manifest("policy: {remote_code: deny}\nmodels: {vad: {source: pypi:pack}}\n")
    assert run("lock").code == 2
    project.manifest("policy: {remote_code: deny}\nmodels: {vad: {source: pypi:pack, allow: [remote_code]}}\n")
    for verb in ("sync", "verify", "status"):
        assert run(verb).code == 0
    assert not canary.exists()


def test_verify_judges_the_policy_that_was_edited_into_the_lock(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": checkpoint()}, license="mit")
    project.manifest(ASR)
    assert run("sync").code == 0
    project.edit_lock('"pickle": "warn"', '"pickle": "deny"')
    result = run("verify", "--json")
    assert result.code == 1
    assert [one["kind"] for one in result.document["findings"]] == ["policy"]
    assert run("verify", "--repair").code == 1, "a repair cannot change what the policy says"
