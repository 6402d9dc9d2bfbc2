"""What a pinned artifact's own documents say; a file that is not in the store yet is brought there first."""

from resolver.documents.foreign import LARGEST, plain
from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Download, Extraction
from resolver.domain.ports import Reader, Silence
from resolver.workflows.workspace import Workspace


def reader(workspace: Workspace, artifact: Artifact) -> Reader:
    """How a runtime reads the artifact's documents, none larger than 16 MiB."""
    files = {file.path: file for file in artifact.files}

    def read(path: str) -> object:
        file = files.get(path)
        if file is None or file.size > LARGEST:
            return None
        if not workspace.store.has(file):
            _bring(workspace, artifact, file)
        with workspace.store.open(file.sha256) as stream:
            return plain(stream.read(), path)

    return read


def _bring(workspace: Workspace, artifact: Artifact, file: File) -> None:
    """Into the store: the file, or the archive that it is a member of.

    Raises:
        ModelsError: it cannot be had, or has other bytes.
    """
    from resolver.concurrency import Limits
    from resolver.stages.fetch import Places, fetch
    from resolver.stages.unpack import unpack

    whole = artifact.archive or file
    download = Download(artifact.key, whole, (artifact.key,))
    limits = Limits(workers=1, stop=workspace.stop)
    places = Places({}, workspace.sources())
    (fetched,) = fetch([(download, artifact)], places, workspace.store, limits, Silence())
    if fetched.error:
        raise fetched.error
    if artifact.archive:
        extraction = Extraction(artifact.key, artifact.archive, (file,), (artifact.key,))
        for error in unpack([extraction], workspace.store, lambda _: True).values():
            raise error
