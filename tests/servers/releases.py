"""Where spaCy's pipelines are released, on loopback: the table of compatible versions, and wheels behind a redirect."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Unpack
from urllib.parse import unquote

from tests.servers.base import LocalServer
from tests.servers.wheels import WheelOptions, make_wheel, wheel_filename
from tests.servers.wire import Answer, Content, Request, file_answer, json_answer, redirect_answer, text_answer

__all__ = ["SpacyReleases", "make_pipeline", "meta_of"]

TABLE = "/spacy-models/master/compatibility.json"
DOWNLOADS = "/spacy-models/releases/download/"


def meta_of(name: str, version: str, /, **changed: Any) -> dict[str, Any]:
    """The meta.json of a pipeline; None takes a key away."""
    lang, _, rest = name.partition("_")
    meta = {"lang": lang, "name": rest, "version": version, "license": "MIT", "spacy_version": ">=3.8.0,<3.9.0"}
    return {key: value for key, value in {**meta, **changed}.items() if value is not None}


def make_pipeline(
    name: str,
    version: str,
    files: Mapping[str, bytes] | None = None,
    meta: Mapping[str, Any] | None = None,
    **options: Unpack[WheelOptions],
) -> bytes:
    """The wheel of a pipeline as `spacy package` builds it: meta.json stands beside the code and with the weights."""
    document = json.dumps(meta_of(name, version) if meta is None else meta).encode()
    papers = {f"{name}/meta.json": document, f"{name}/{name}-{version}/meta.json": document}
    code = {f"{name}/__init__.py": b"from spacy.util import load_model_from_init_py\n"}
    return make_wheel(name, version, {**papers, **code, **(files or {})}, **options)


class SpacyReleases(LocalServer):
    """Origin "table" has the table, "downloads" sends each wheel on to "objects", as a release page does.

    `listed` is the table itself: spaCy's version to name to releases. A test may change it, or `table_body`, which
    stands in its place.
    """

    def __init__(self) -> None:
        super().__init__(table=self._answer_table, downloads=self._answer_download, objects=self._answer_object)
        self.listed: dict[str, dict[str, list[str]]] = {}
        self.table_body: bytes | None = None
        self._wheels: dict[str, Content] = {}

    @property
    def environment(self) -> dict[str, str]:
        """What tells the tool where this server is."""
        return {
            "MODELS_SPACY_COMPATIBILITY": self.compatibility_url,
            "MODELS_SPACY_DOWNLOADS": self.downloads_url,
        }

    @property
    def compatibility_url(self) -> str:
        return self.origin_of("table") + TABLE

    @property
    def downloads_url(self) -> str:
        return self.origin_of("downloads") + DOWNLOADS.rstrip("/")

    def add(self, name: str, version: str, body: bytes | None, spacy: Iterable[str] = ("3.8",)) -> None:
        """List a release, newest first, and serve its wheel (None: none); other bytes take the place of older ones."""
        for one in spacy:
            releases = self.listed.setdefault(one, {}).setdefault(name, [])
            if version not in releases:
                releases.insert(0, version)
        self.remove(name, version)
        if body is not None:
            self._wheels[_path(name, version)] = Content.of(body)

    def remove(self, name: str, version: str) -> None:
        """Take a wheel away; the table goes on listing it."""
        self._wheels.pop(_path(name, version), None)

    def _answer_table(self, request: Request) -> Answer:
        if request.path != TABLE:
            return text_answer(404, "404: Not Found")
        if self.table_body is not None:
            return Answer(200, {"Content-Type": "text/plain"}, (self.table_body,), len(self.table_body))
        return json_answer({"spacy": self.listed})

    def _answer_download(self, request: Request) -> Answer:
        path = unquote(request.path)
        if path.removeprefix(DOWNLOADS) not in self._wheels or not path.startswith(DOWNLOADS):
            return text_answer(404, "Not Found")
        return redirect_answer(302, f"{self.origin_of('objects')}/{path.removeprefix(DOWNLOADS)}?signature=1")

    def _answer_object(self, request: Request) -> Answer:
        content = self._wheels.get(unquote(request.path).removeprefix("/"))
        if content is None:
            return text_answer(404, "Not Found")
        return file_answer(request, content, {"ETag": f'"{content.sha256()[:32]}"'})


def _path(name: str, version: str) -> str:
    return f"{name}-{version}/{wheel_filename(name, version)}"
