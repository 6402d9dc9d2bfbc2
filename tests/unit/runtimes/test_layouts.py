"""What a path of the view belongs to, and what people call that."""

import pytest

from resolver.domain.lock import Artifact
from resolver.runtimes import RUNTIMES, home_of, named_by, title_of
from tests.unit.domain.values import COMMIT, file

REPOSITORY = "huggingface/hub/models--org--name"


@pytest.mark.parametrize(
    ("path", "home", "title"),
    [
        (f"{REPOSITORY}/snapshots/{COMMIT}/a/model.bin", REPOSITORY, "hf:org/name@c0ffee0"),
        (f"{REPOSITORY}/refs/main", REPOSITORY, "hf:org/name"),
        (f"{REPOSITORY}/blobs/123", REPOSITORY, "hf:org/name"),
        ("huggingface/hub/models--gpt2/refs/main", "huggingface/hub/models--gpt2", "hf:gpt2"),
        ("huggingface/hub/.locks/models--a/x.lock", "huggingface/hub/.locks", "huggingface/hub/.locks"),
        ("huggingface/modules/transformers_modules/a.py", "huggingface/modules", "huggingface/modules"),
        ("torch/hub/owner_name_v1/src/hubconf.py", "torch/hub/owner_name_v1", "torch/hub/owner_name_v1"),
        ("torch/hub/trusted_list", "torch/hub/trusted_list", "torch/hub/trusted_list"),
        ("python/pack-1.0.dist-info/RECORD", "python/pack-1.0.dist-info", "python/pack-1.0.dist-info"),
        ("python/alone.py", "python/alone.py", "python/alone.py"),
        ("files/asr.depends/base-0123/x", "files/asr.depends", "files/asr.depends"),
        ("CACHEDIR.TAG", "CACHEDIR.TAG", "CACHEDIR.TAG"),
        ("pip/http/a/b", "pip/http", "pip/http"),
    ],
)
def test_every_path_has_a_home_with_a_title(path: str, home: str, title: str) -> None:
    assert (home_of(path), title_of(path)) == (home, title)


@pytest.mark.parametrize("request_", ["main", "v1.0", "feature/refs/x"])
def test_a_reference_names_the_folder_that_its_layout_places(request_: str) -> None:
    found = RUNTIMES["huggingface"].layout(
        Artifact(f"hf:org/name@{request_}", COMMIT, None, (file(),)), (file(),), "asr"
    )
    assert {named_by(path, text) for path, text in found.references.items()} == set(found.folders)
