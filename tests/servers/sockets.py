"""What the system knows of a connection, besides what can be read from it."""

import errno
import socket
import struct

_ESTABLISHED = 1
"""TCP_ESTABLISHED (Linux, include/net/tcp_states.h)."""


def unacknowledged(connection: socket.socket) -> int:
    """Bytes in the send queue (Linux's SIOCOUTQ); elsewhere 1, so that the caller waits its second out."""
    try:
        import fcntl
        import termios

        return int(struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)))[0])
    except (ImportError, OSError) as error:
        if isinstance(error, OSError) and error.errno in {errno.EBADF, errno.ENOTCONN}:
            return 0
        return 1


def is_open(connection: socket.socket) -> bool:
    """Whether neither side has closed it; elsewhere than on Linux, whether we have not."""
    option = getattr(socket, "TCP_INFO", None)
    if option is None:
        return True
    try:
        return connection.getsockopt(socket.IPPROTO_TCP, option, 1)[0] == _ESTABLISHED
    except OSError:
        return False
