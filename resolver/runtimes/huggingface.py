"""The plain hub cache, for transformers, PEFT, sentence-transformers and everything else that reads it.

Opened besides, as read in transformers 5.23, PEFT 0.21.2 and sentence-transformers 6.2.0:

* the model that an adapter was made for: PEFT's auto.py (AutoPeftModel.from_pretrained, which also passes `revision`
  on), transformers' models/auto/auto_factory.py, sentence-transformers' base/modules/transformer.py (_load_config);
* code in another repository, `org/name--module.Class`: transformers' dynamic_module_utils.py
  (get_class_from_dynamic_module), for `auto_map`, `custom_pipelines` and the `type` of a sentence-transformers module.

Not opened: `_name_or_path` of any config, which only remembers where the weights came from.
"""

from collections.abc import Iterable, Iterator, Sequence

from resolver.domain.environment import Environment
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import HUB_CACHE, folder_with, opened_in, standard_layout
from resolver.runtimes.named import (
    asked,
    at,
    below,
    few,
    is_itself,
    is_repository,
    leaves,
    paths_of,
    readable,
)
from resolver.runtimes.sentence_modules import MODULES, check_modules, module_types
from resolver.runtimes.whole import check_shards

ADAPTER = "adapter_config.json"
_BASE = "base_model_name_or_path"

# Files with an `auto_map`: configuration_auto.py, tokenization_auto.py, processing_auto.py, image_processing_auto.py,
# feature_extraction_auto.py and video_processing_auto.py of transformers' models/auto.
_CONFIGS = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
    "video_preprocessor_config.json",
)

# What `from_pretrained(folder)` reads first: transformers, PEFT, sentence-transformers, diffusers.
_OPENED_BY = ("config.json", ADAPTER, MODULES, "model_index.json")
_ELSEWHERE = "--"

# dynamic_module_utils.py, get_cached_module_file: the module and what it imports from beside it, which is Python.
_CODE = FileFilter(include=("**/*.py",))


class HuggingFaceCache:
    """Any library that reads the cache of huggingface_hub."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else the folder with the config."""
        return opened_in(standard_layout(artifact, files, owner), folder_with(artifact, files, _OPENED_BY))

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """The base model of an adapter, and code that lies in other repositories.

        Raises:
            InputError: a file that names others cannot be read.
        """
        modules = module_types(artifact, read)
        folders = tuple(dict.fromkeys(["", *modules]))
        found = [
            *_bases(artifact, folders, read),
            *_code_of_configs(artifact, folders, read),
            *_code((at(MODULES, [folder, "type"] if folder else ["type"]), kind) for folder, kind in modules.items()),
        ]
        return few(artifact, (need for need in found if not is_itself(artifact, need.request)))

    def environment(self) -> Environment:
        """The hub's cache."""
        return HUB_CACHE

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Shards of one set of weights, and the parts of a sentence-transformers model.

        Raises:
            InputError: some of them are left out.
        """
        check_shards(artifact, read)
        check_modules(artifact, module_types(artifact, read))


def _bases(artifact: Artifact, folders: Iterable[str], read: Reader) -> Iterator[Need]:
    """What adapters were made for; a path on the machine that trained them is nothing that we could ask for."""
    for path in _present(artifact, folders, (ADAPTER,)):
        config = readable(artifact, path, read)
        name = config.get(_BASE) if isinstance(config, dict) else None
        if isinstance(config, dict) and isinstance(name, str) and is_repository(name):
            because = at(path, (_BASE,))
            revision = config.get("revision")
            stated = revision if isinstance(revision, str) else None
            yield Need(asked(name, stated, f"{artifact.key}: {because}"), because)


def _code_of_configs(artifact: Artifact, folders: Iterable[str], read: Reader) -> Iterator[Need]:
    """Code that configs name. A config that cannot be read may be another library's, and says nothing."""
    for path in _present(artifact, folders, _CONFIGS):
        config = read(path)
        if isinstance(config, dict):
            found = [
                *leaves(config.get("auto_map"), ("auto_map",)),
                *(
                    one
                    for one in leaves(config.get("custom_pipelines"), ("custom_pipelines",))
                    if one.keys[-1] == "impl"
                ),
            ]
            yield from _code((at(path, leaf.keys), leaf.value) for leaf in found)


def _code(references: Iterable[tuple[str, object]]) -> Iterator[Need]:
    for because, reference in references:
        name, elsewhere, _ = reference.partition(_ELSEWHERE) if isinstance(reference, str) else ("", "", "")
        if elsewhere and is_repository(name):
            yield Need(asked(name, None, because), because, _CODE)


def _present(artifact: Artifact, folders: Iterable[str], names: Iterable[str]) -> list[str]:
    paths = paths_of(artifact)
    return [path for folder in folders for name in names if (path := below(folder, name)) in paths]
