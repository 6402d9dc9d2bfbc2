"""Where in the text of models.lock something stands, for those who show findings beside it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockPlaces:
    """Lines, counted from 1, of a lock that readers know as `file`: of each artifact's key and of each of its files."""

    file: str
    artifacts: Mapping[str, int]
    files: Mapping[tuple[str, str], int]

    def line(self, artifact: str, path: str) -> int:
        """The line of the file that lies at a path of the view, else that of its artifact, else the first."""
        parts = path.split("/")
        tails = ("/".join(parts[index:]) for index in range(len(parts)))
        found = next((self.files[artifact, tail] for tail in tails if (artifact, tail) in self.files), None)
        return found or self.artifacts.get(artifact, 1)
