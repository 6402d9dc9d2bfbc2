"""torch.hub: repositories whose `hubconf.py` builds the model."""

from collections.abc import Sequence

from resolver.domain.environment import Environment
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import GITHUB, TORCH_HOME, standard_layout, torch_hub_layout


class TorchHub:
    """Programs that call `torch.hub.load`, with TORCH_HOME pointing to `torch` in the view."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The folders that torch.hub looks in, for a repository of GitHub; else what other libraries read."""
        if artifact.kind == GITHUB:
            return torch_hub_layout(artifact, files)
        return standard_layout(artifact, files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """Nothing besides: torch.hub opens the folder, and what its code asks for nobody can read out of it."""
        del artifact, read
        return ()

    def environment(self) -> Environment:
        """Its folder. What a program loads by its address is fetched all the same: torch has no word for offline."""
        return TORCH_HOME

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Nothing is known that could be left out."""
        del artifact, read
