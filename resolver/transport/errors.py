"""How a request can fail; all of it is a NetworkError to those who do not care how."""

from collections.abc import Mapping

from resolver.domain.errors import NetworkError


class StatusError(NetworkError):
    """The server answered, and the answer is a refusal: `status`, and the headers in lower case."""

    def __init__(self, message: str, *, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers

    @property
    def code(self) -> str | None:
        """The Hub's own word for it (`X-Error-Code`)."""
        return self.headers.get("x-error-code")
