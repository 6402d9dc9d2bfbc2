"""The hub's refusals: status, `X-Error-Code`, `X-Error-Message`, worded as the real ones."""

from tests.servers.hub_repository import Gate
from tests.servers.wire import Answer, Request, json_answer, text_answer

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Authentication required", charset="UTF-8"'}


class RefusedError(Exception):
    """An answer other than the one asked for. The API speaks JSON, everything else plain text."""

    def __init__(self, status: int, code: str | None, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def answer(self, request: Request) -> Answer:
        headers = {"X-Error-Message": self.message, **self.headers}
        if self.code:
            headers["X-Error-Code"] = self.code
        if self.status == 401:
            headers |= CHALLENGE
        if request.path.startswith("/api/") and "/resolve-cache/" not in request.path:
            return json_answer({"error": self.message}, self.status, headers)
        return text_answer(self.status, self.message, headers)


def repository_not_found(*, known_reader: bool, with_code: bool) -> RefusedError:
    """Anonymous readers are not told whether a repository is private or does not exist.

    The real hub's 401 comes without a code (its client goes by the address); `with_code` adds it.
    """
    if known_reader:
        return RefusedError(404, "RepoNotFound", "Repository not found")
    return RefusedError(401, "RepoNotFound" if with_code else None, "Invalid username or password.")


def invalid_token() -> RefusedError:
    """A wrong token is refused even where none is needed."""
    return RefusedError(401, None, "Invalid credentials in Authorization header")


def gated(repo_id: str, gate: Gate, page: str, *, known_reader: bool) -> RefusedError:
    start = f"Access to model {repo_id} is restricted"
    if not known_reader:
        message = f"{start}. You must have access to it and be authenticated to access it. Please log in."
        return RefusedError(401, "GatedRepo", message)
    asked = " Your request must be approved by its authors." if gate == "manual" else ""
    return RefusedError(
        403, "GatedRepo", f"{start} and you are not in the authorized list. Visit {page} to ask for access.{asked}"
    )


def revision_not_found(revision: str) -> RefusedError:
    return RefusedError(404, "RevisionNotFound", f"Invalid rev id: {revision}")


def entry_not_found(commit: str) -> RefusedError:
    """The commit is named: clients remember that the file does not exist there."""
    return RefusedError(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit})


def folder_not_found(folder: str, revision: str) -> RefusedError:
    return RefusedError(404, "EntryNotFound", f'{folder} does not exist on "{revision}"')
