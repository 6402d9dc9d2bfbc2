"""What mirrors that speak HTTP share: one question and one answer, with refusals in our words."""

from resolver.domain.errors import AccessRefusedError, MismatchError, ModelsError, NotFoundUpstreamError
from resolver.domain.lock import File
from resolver.domain.ports import Portion
from resolver.transport.answer import Answer
from resolver.transport.client import Client
from resolver.transport.errors import StatusError
from resolver.transport.origins import Credential

_ABSENT = frozenset({404, 410})
_ABSENT_CODES = frozenset({"RepoNotFound", "RevisionNotFound", "EntryNotFound"})
_WITHOUT_HEAD = frozenset({405, 501})


def offers(client: Client, url: str, file: File, credential: Credential | None = None) -> bool:
    """Whether there is something of the file's size, or of a size that is not told; asked once, without patience."""
    try:
        answer = client.head(url, credential=credential, attempts=1)
    except StatusError as error:
        if error.status in _WITHOUT_HEAD:
            return True
        if _is_absent(error):
            return False
        raise _refused(error, file) from error
    return answer.status != 200 or answer.total in (None, file.size)


def opened(client: Client, url: str, file: File, portion: Portion, credential: Credential | None = None) -> Answer:
    """A portion of what lies there; what is of another size is not begun, so that what came before stays."""
    try:
        answer = client.open(url, portion=portion, credential=credential)
    except StatusError as error:
        raise _refused(error, file) from error
    if answer.total in (None, file.size):
        return answer
    answer.close()
    raise MismatchError(f"{file.path}: {answer.total} bytes, the lock names {file.size}")


def _is_absent(error: StatusError) -> bool:
    return error.status in _ABSENT or error.code in _ABSENT_CODES


def _refused(error: StatusError, file: File) -> ModelsError:
    """That nothing is there, and that it is not given away, are said of a file; anything else is said of the mirror."""
    if _is_absent(error):
        return NotFoundUpstreamError(f"{file.path}: not there (HTTP {error.status})")
    if error.status in (401, 403):
        return AccessRefusedError(f"{file.path}: access refused (HTTP {error.status})")
    return error
