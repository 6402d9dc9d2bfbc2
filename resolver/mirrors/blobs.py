"""How a mirror lays out its blobs: as the store does, so that a store is a mirror."""

from resolver.domain.lock import File


def blob_path(file: File) -> str:
    """The path of a file's bytes below the root of a mirror."""
    return f"blobs/sha256/{file.sha256[:2]}/{file.sha256}"
