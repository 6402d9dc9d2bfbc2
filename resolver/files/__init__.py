"""Bytes and paths on this machine: digests, containment, atomic writes, links, archives."""
