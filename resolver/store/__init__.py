"""The store: blobs by sha256, shared by the projects of one user.

    blobs/sha256/<2>/<64>    the bytes, read-only
    stamps/sha256/<2>/<64>   size and mtime at publication: a blob that differs is hashed again before it is used
    staging/…                bytes on their way in (staging.py)
    projects/<64>            the folders whose locks keep blobs alive, and what those locks named (registrations.py)
    agreements/<64>          for each project, the manifest and lock that were found to agree
    names/<64>               what blobs were called in the locks that were synced (catalogue.py)

Nothing gets a name below `blobs` before its sha256 is right: staging on the same file system, check, fsync, rename.
"""

from resolver.store.store import Store

__all__ = ["Store"]
