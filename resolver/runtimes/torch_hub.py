"""torch.hub: repositories whose `hubconf.py` builds the model, and weights that are loaded by their address."""

from collections.abc import Sequence

from resolver.domain.environment import Environment
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import (
    ADDRESS,
    GITHUB,
    TORCH_HOME,
    checkpoint_layout,
    standard_layout,
    torch_hub_layout,
)


class TorchHub:
    """Programs that call `torch.hub.load` or, as torchvision and torchaudio do, `load_state_dict_from_url`."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The folders that torch.hub looks in, for a repository of GitHub or one file of an address.

        Of anything else, what other libraries read.
        """
        if artifact.kind == GITHUB:
            return torch_hub_layout(artifact, files)
        if artifact.kind == ADDRESS and artifact.archive is None and files:
            return checkpoint_layout(files)
        return standard_layout(artifact, files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """Nothing besides: torch.hub opens the folder, and what its code asks for nobody can read out of it."""
        del artifact, read
        return ()

    def environment(self) -> Environment:
        """Its folder. What is not there a program fetches all the same: torch has no word for offline."""
        return TORCH_HOME

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Nothing is known that could be left out."""
        del artifact, read
