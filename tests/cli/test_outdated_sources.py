"""`models outdated` of what is no repository of a hub: spaCy's releases, GitHub, addresses, folders; and of liars."""

import json

import pytest

from tests.cli.offers import KEY, REPO, offer
from tests.cli.project import Project
from tests.cli.upstreams import excluded, locked, only_one, release, tagged
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases, make_pipeline

NER = "en_core_web_md"
SPACY = f'models: {{ner: {{source: "spacy:{NER}", version: "~=3.8.0"}}}}\n'
HUBCONF = {"hubconf.py": b"dependencies = []\n"}


def test_a_pipeline_of_another_spacy_says_for_which(project: Project, run: Run, releases: SpacyReleases) -> None:
    releases.add(NER, "3.8.0", make_pipeline(NER, "3.8.0"))
    locked(project, SPACY, **releases.environment)
    releases.add(NER, "3.8.1", make_pipeline(NER, "3.8.1"))
    releases.add(NER, "3.9.0", make_pipeline(NER, "3.9.0"), ["3.9"])
    releases.reset_requests()
    one = only_one(run("outdated", "--json", **releases.environment))
    assert (one["state"], one["newer"]["version"]) == ("newer", "3.8.1")
    assert one["excluded"] == [
        {"name": "3.9.0", "commit": None, "because": ["version: ~=3.8.0"], "note": "for spaCy 3.9"}
    ]
    assert len(releases.requests) == 3, "the table, the wheel and where that leads"


def test_a_release_that_left_the_table_is_gone(project: Project, run: Run, releases: SpacyReleases) -> None:
    releases.add(NER, "3.8.0", make_pipeline(NER, "3.8.0"))
    releases.add(NER, "3.8.1", make_pipeline(NER, "3.8.1"))
    locked(project, SPACY, **releases.environment)
    releases.listed["3.8"][NER].remove("3.8.1")
    one = only_one(run("outdated", "--json", **releases.environment))
    assert (one["state"], one["newer"]["version"]) == ("gone", "3.8.0")
    assert one["remark"] == "spaCy's table has no 3.8.1 any more"


def test_many_pipelines_ask_for_one_table(project: Project, run: Run, releases: SpacyReleases) -> None:
    names = [f"en_core_web_{size}" for size in ("sm", "md", "lg", "trf")]
    for name in names:
        releases.add(name, "3.8.0", make_pipeline(name, "3.8.0"))
    models = "".join(f'  m{at}: {{source: "spacy:{name}"}}\n' for at, name in enumerate(names))
    locked(project, f"models:\n{models}", **releases.environment)
    releases.reset_requests()
    assert run("outdated", **releases.environment).code == 0
    assert len(releases.requested(origin="table")) == 1
    assert len(releases.requests) == 1 + 2 * len(names)


def test_a_repository_of_github_by_its_branch(project: Project, run: Run, github: LocalGitHub) -> None:
    github.commit("org/vad", HUBCONF)
    locked(project, "models: {vad: {source: github:org/vad}}\n", **github.environment)
    github.reset_requests()
    assert only_one(run("outdated", "--json", **github.environment))["state"] == "current"
    assert len(github.requests) == 2
    after = github.commit("org/vad", {})
    one = only_one(run("outdated", "--json", **github.environment))
    assert (one["state"], one["newer"]["commit"]) == ("newer", after)


def test_a_repository_of_github_by_its_tags(project: Project, run: Run, github: LocalGitHub) -> None:
    github.commit("org/vad", HUBCONF, tags=["v5.0"])
    locked(project, 'models: {vad: {source: github:org/vad, version: ">=5,<6"}}\n', **github.environment)
    github.commit("org/vad", HUBCONF, tags=["v5.1", "v6.0", "v7.0rc1"])
    github.reset_requests()
    one = only_one(run("outdated", "--json", **github.environment))
    assert (one["state"], one["newer"]["version"]) == ("newer", "v5.1")
    assert excluded(one) == {"v7.0rc1": ["pre-release", "version: >=5,<6"], "v6.0": ["version: >=5,<6"]}
    assert len(github.requests) == 2
    github.commit("org/vad", {"other": b"1"}, tags=["v5.0"])
    assert only_one(run("outdated", "--json", **github.environment))["state"] == "moved"


def test_a_limit_of_github_says_what_to_do(project: Project, run: Run, github: LocalGitHub) -> None:
    github.commit("org/vad", HUBCONF)
    locked(project, "models: {vad: {source: github:org/vad}}\n", **github.environment)
    github.limit_reset = 1_700_000_000
    result = run("outdated", **github.environment)
    assert result.code == 3
    assert "GitHub answers no more requests for now" in result.stdout
    assert "GITHUB_TOKEN" in result.stderr


def test_an_address_is_asked_for_its_size(project: Project, run: Run, files: FileServer) -> None:
    files.put("w.bin", b"12345")
    locked(project, f'models: {{own: {{source: "url:{files.url("w.bin")}"}}}}\n')
    files.reset_requests()
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["remark"]) == ("current", "only its size was compared")
    assert len(files.requests) == 1
    files.put("w.bin", b"123456")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["remark"]) == ("changed", "w.bin is not what was pinned")
    files.remove("w.bin")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["remark"]) == ("gone", "nothing is at its address any more")


def test_a_folder_is_read(project: Project, run: Run) -> None:
    own = project.folder / "own"
    own.mkdir()
    own.joinpath("w.bin").write_bytes(b"1")
    own.joinpath("notes.txt").write_bytes(b"1")
    locked(project, 'models: {own: {source: "file:./own", files: {include: ["*.bin"]}}}\n')
    own.joinpath("notes.txt").write_bytes(b"2")
    assert only_one(run("outdated", "--json"))["state"] == "current", "nobody wants the notes"
    own.joinpath("w.bin").write_bytes(b"2")
    result = run("outdated", "--exit-code")
    assert result.code == 1
    assert result.stderr == "hint: `models update own` takes what is newer\n"
    own.rename(own.with_name("elsewhere"))
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["remark"]) == ("gone", "there is no such folder any more")


class TestLiars:
    """Whatever a server says, an answer is bounded, in our words, and about that one artifact."""

    def test_a_list_of_a_hundred_thousand_names_is_judged(self, project: Project, run: Run, hub: LocalHub) -> None:
        commit = tagged(hub, "v1.0")
        locked(project, 'models: {asr: {source: hf:org/name, version: "~=1.0"}}\n')
        nonsense = [f"{number}-nonsense" for number in range(50_000)]
        versions = [f"v{number}.{'9' * 60}" for number in range(2, 50_000)]
        hub.repositories[REPO].tags |= dict.fromkeys([*nonsense, *versions, "9" * 1000, "1!" * 100], commit)
        result = run("outdated")
        assert result.code == 0
        assert len(result.stdout) < 1000
        assert "…@" in result.stdout, "a name that nobody reads to its end is cut"

    @pytest.mark.parametrize("name", ["v1.0\x1b[2J", "v" * 2000, "", "v1.0\n"])
    def test_a_name_that_could_repaint_a_terminal_is_refused(
        self, project: Project, run: Run, hub: LocalHub, name: str
    ) -> None:
        commit = tagged(hub, "v1.0")
        locked(project, 'models: {asr: {source: hf:org/name, version: "~=1.0"}}\n')
        hub.repositories[REPO].tags[name] = commit
        result = run("outdated")
        assert result.code == 3
        assert "could not be asked: hf:org/name: " in result.stdout
        assert "\x1b" not in result.text

    @pytest.mark.usefixtures("waits")
    def test_an_answer_without_an_end_is_not_read_to_it(
        self, project: Project, run: Run, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("resolver.sources.hub_api.LARGEST_ANSWER", 1 << 16)
        commit = tagged(hub, "v1.0")
        locked(project, 'models: {asr: {source: hf:org/name, version: "~=1.0"}}\n')
        hub.repositories[REPO].tags |= {f"v1.{number}": commit for number in range(5000)}
        result = run("outdated", "--json")
        assert result.code == 3
        assert only_one(result)["state"] == "unasked"

    @pytest.mark.usefixtures("waits")
    @pytest.mark.parametrize("kind", ["drop", "reset", "truncate", "inflated", "flip"])
    def test_a_connection_that_breaks_is_no_bug(self, project: Project, run: Run, hub: LocalHub, kind: str) -> None:
        offer(hub)
        locked(project, f"models: {{asr: {{source: hf:{REPO}}}}}\n")
        hub.faults = [Fault("", kind, times=ALWAYS, after_bytes=3)]  # type: ignore[arg-type]  # one of its kinds
        result = run("outdated", "--json")
        assert result.code == 3
        assert only_one(result)["artifact"] == KEY

    def test_a_page_of_nonsense_offers_nothing(self, project: Project, run: Run, index: PackageIndex) -> None:
        release(index, "1.0")
        locked(project, "models: {vad: {source: pypi:pack}}\n")
        for filename in (
            "pack-py3-none-any.whl",
            "pack-x.y-py3-none-any.whl",
            "..-1.0-py3-none-any.whl",
            "pack.tar.gz",
        ):
            index.add("pack", "9.9", b"", filename=filename)
        one = only_one(run("outdated", "--json"))
        assert (one["state"], one["excluded"]) == ("current", [])

    def test_a_lock_that_somebody_edited_asks_nobody_else(self, project: Project, run: Run, hub: LocalHub) -> None:
        offer(hub)
        locked(project, f"models: {{asr: {{source: hf:{REPO}}}}}\n")
        document = json.loads(project.lock_path.read_bytes())
        document["artifacts"][KEY]["commit"] = "0" * 40
        project.lock_path.write_text(json.dumps(document))
        one = only_one(run("outdated", "--json"))
        assert (one["state"], one["remark"]) == ("gone", "it has no commit 00000000 any more")
