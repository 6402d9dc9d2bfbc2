"""mlx-whisper: `transcribe(path_or_hf_repo=…)` asks the hub's cache for `main`, never a revision."""

from collections.abc import Sequence

from resolver.domain.environment import Environment
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import HUB_CACHE, folder_with, opened_in, standard_layout
from resolver.runtimes.named import below
from resolver.runtimes.whole import require

LIBRARY = "mlx-whisper 0.4.3"

# 0.4.3, load_models.py: the first of the two weights that exists. The tokenizer lies in the package (tokenizer.py).
WEIGHTS = ("weights.safetensors", "weights.npz")
_REQUIRED = {"config.json": ("config.json",), " or ".join(WEIGHTS): WEIGHTS}


class MlxWhisper:
    """Whisper models for Apple silicon."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else the folder with the weights."""
        return opened_in(standard_layout(artifact, files, owner), folder_with(artifact, files, WEIGHTS))

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """Nothing besides."""
        del artifact, read
        return ()

    def environment(self) -> Environment:
        """The hub's cache."""
        return HUB_CACHE

    def check(self, artifact: Artifact, read: Reader) -> None:
        """The config and the weights.

        Raises:
            InputError: one of them is left out.
        """
        del read
        folder = folder_with(artifact, artifact.files, WEIGHTS)
        inside = {kind: [below(folder, glob) for glob in globs] for kind, globs in _REQUIRED.items()}
        require(artifact, inside, LIBRARY)
