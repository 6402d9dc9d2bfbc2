"""What `spacy.load` is told as a path."""

import pytest

from resolver.runtimes import RUNTIMES
from tests.unit.runtimes.reading import artifact_of, wheel_of

PAPERS = ("en_own/__init__.py", "en_own/meta.json", "en_own-1.0.dist-info/METADATA")


@pytest.mark.parametrize(
    ("paths", "opened"),
    [
        (("en_own/en_own-1.0/config.cfg", "en_own/en_own-1.0/meta.json"), "python/en_own/en_own-1.0"),
        (("en_own/en_own-1.0/meta.json", "en_own/en_own-1.0/vocab/meta.json"), "python/en_own"),
        (("en_own/en_own-1.0/config.cfg", "en_own/en_own-1.1/config.cfg"), "python/en_own"),
        (("en_own/other-1.0/config.cfg",), "python/en_own/other-1.0"),
        (("en_own/config.cfg",), "python/en_own"),
    ],
)
def test_of_a_wheel_the_folder_with_the_weights_is_opened(paths: tuple[str, ...], opened: str) -> None:
    """The highest that has a config; the package itself, which can only be imported, where none or several have."""
    artifact = wheel_of([*PAPERS, *paths])
    found = RUNTIMES["spacy"].layout(artifact, artifact.files, "ner")
    assert found.opens == opened
    assert set(found.folders) == {"python/en_own", "python/en_own-1.0.dist-info"}


@pytest.mark.parametrize(("key", "like"), [("hf:org/en_own@main", "huggingface"), ("file:./own", "files")])
def test_a_folder_is_opened_itself(key: str, like: str) -> None:
    artifact = artifact_of(["config.cfg", "meta.json", "en_own/en_own-1.0/config.cfg"], key)
    layouts = [RUNTIMES[name].layout(artifact, artifact.files, "ner") for name in ("spacy", like)]
    assert layouts[0] == layouts[1]
