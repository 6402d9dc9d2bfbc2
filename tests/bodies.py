"""Reading a body as bytes."""

from resolver.domain.ports import Body


def taken(body: Body, size: int) -> bytes:
    """At most so many bytes; empty at the end."""
    buffer = bytearray(size)
    count = body.readinto(memoryview(buffer))
    return bytes(buffer[:count])
