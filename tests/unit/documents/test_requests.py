"""What is asked of each source, under which key, and what several uses of one artifact say together."""

import pytest

from resolver.documents.manifest import read_manifest
from resolver.domain.manifest import Request
from tests.unit.documents.reading import read

SHA256 = "0123456789abcdef" * 4


def _requests(*models: str) -> dict[str, Request]:
    lines = "".join(f"\n  m{number}: {{{model}}}" for number, model in enumerate(models))
    return dict(read(f"version: 1\nmodels:{lines}\n").requests)


@pytest.mark.parametrize(
    ("written", "key", "request_"),
    [
        ("source: hf:a/b", "hf:a/b@main", Request("hf:a/b")),
        ("source: hf:bert-base", "hf:bert-base@main", Request("hf:bert-base")),
        ("source: hf:a/b, revision: main", "hf:a/b@main", Request("hf:a/b", revision="main")),
        ("source: hf:a/b, revision: refs/pr/1", "hf:a/b@refs/pr/1", Request("hf:a/b", revision="refs/pr/1")),
        ("source: hf:a/b, revision: 1234567", "hf:a/b@1234567", Request("hf:a/b", revision="1234567")),
        ("source: hf:a/b, version: '>= 1, <2'", "hf:a/b@>=1,<2", Request("hf:a/b", version=">=1,<2")),
        ("source: pypi:a", "pypi:a@*", Request("pypi:a")),
        ("source: pypi:A_b.C", "pypi:a-b-c@*", Request("pypi:a-b-c")),
        ("source: pypi:a, version: ' ==1.0 '", "pypi:a@==1.0", Request("pypi:a", version="==1.0")),
        ("source: pypi:a, version: ==1.*", "pypi:a@==1.*", Request("pypi:a", version="==1.*")),
        (
            "source: pypi:a, index: https://e.org/simple",
            "pypi:a@*",
            Request("pypi:a", index="https://e.org/simple"),
        ),
        ("source: 'url:https://e.org/a?b=c@d'", "url:https://e.org/a?b=c@d", Request("url:https://e.org/a?b=c@d")),
        ("source: 'url:http://[::1]:80/a'", "url:http://[::1]:80/a", Request("url:http://[::1]:80/a")),
        (
            f"source: url:https://e/a.tgz, unpack: true, sha256: {SHA256.upper()}, license: MIT",
            "url:https://e/a.tgz",
            Request("url:https://e/a.tgz", sha256=SHA256, unpack=True, license="mit"),
        ),
        ("source: file:./a@b", "file:./a@b", Request("file:./a@b")),
        ("source: file:../shared/a/", "file:../shared/a", Request("file:../shared/a")),
    ],
)
def test_a_request_is_kept_under_its_source_and_what_was_asked(written: str, key: str, request_: Request) -> None:
    assert _requests(written) == {key: request_}


def test_a_kind_without_a_grammar_of_its_own_takes_a_plain_name() -> None:
    text = b"version: 1\nmodels: {m: {source: zoo:en_core_web_md}}"
    assert list(read_manifest(text, "models.yaml", {"zoo": "files"}, ["files"]).requests) == ["zoo:en_core_web_md@*"]


def test_what_one_use_states_holds_for_the_artifact() -> None:
    found = _requests(
        "source: hf:a/b",
        "source: hf:a/b, license: mit",
        "source: hf:a/b, revision: main",
        "source: hf:c/d, depends: [hf:a/b]",
    )
    assert found["hf:a/b@main"] == Request("hf:a/b", revision="main", license="mit")


def test_equal_statements_do_not_conflict() -> None:
    one = f"source: url:https://e/a, unpack: true, sha256: {SHA256}, license: mit"
    assert len(_requests(one, one.replace("mit", "MIT"), "source: hf:a/b, depends: ['url:https://e/a']")) == 2


@pytest.mark.parametrize(
    ("written", "key", "request_"),
    [
        ("hf:x/y", "hf:x/y@main", Request("hf:x/y")),
        ("hf:x/y@v1", "hf:x/y@v1", Request("hf:x/y", revision="v1")),
        ("hf:x/y@refs/pr/1@2", "hf:x/y@refs/pr/1@2", Request("hf:x/y", revision="refs/pr/1@2")),
        ("{source: hf:x/y}", "hf:x/y@main", Request("hf:x/y")),
        ("{source: hf:x/y, revision: v1}", "hf:x/y@v1", Request("hf:x/y", revision="v1")),
        ("{source: hf:x/y, version: '>=1'}", "hf:x/y@>=1", Request("hf:x/y", version=">=1")),
        ("'pypi:x@>=1, <2'", "pypi:x@>=1,<2", Request("pypi:x", version=">=1,<2")),
        ("'url:https://e/x@y'", "url:https://e/x@y", Request("url:https://e/x@y")),
        ("file:./x@y", "file:./x@y", Request("file:./x@y")),
    ],
)
def test_a_dependency_is_a_request_of_its_own(written: str, key: str, request_: Request) -> None:
    manifest = read(f"version: 1\nmodels: {{m: {{source: hf:a/b, depends: [{written}, {written}]}}}}")
    assert manifest.models[0].variants[0].depends == (key,)
    assert manifest.requests[key] == request_
    assert set(manifest.requests) == {"hf:a/b@main", key}
