"""models.yaml as a manifest, or everything that is wrong with it."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain, islice

from resolver.documents.convert import manifest_of
from resolver.documents.document import MOST_PROBLEMS, Document, Fault, entries_in, refusal
from resolver.documents.rules import rule_faults
from resolver.documents.text import read_document
from resolver.domain.manifest import Manifest

FORMAT = "1"


def read_manifest(
    text: bytes, file: str, defaults: Mapping[str, str], runtimes: Collection[str], mirrors: Collection[str] = ()
) -> Manifest:
    """The manifest that a text is.

    Args:
        text: models.yaml as bytes.
        file: the name to show with each problem.
        defaults: the known kinds of sources, each with the runtime that it has without being told.
        runtimes: the known runtimes.
        mirrors: the known kinds of mirrors.

    Raises:
        ManifestError: with every problem and its place, in the order of places.
    """
    document = read_document(text, file)
    _refuse_other_format(document)
    context = {"kinds": defaults, "runtimes": runtimes, "mirrors": mirrors}
    found = chain(_type_faults(document, context), rule_faults(document, defaults))
    faults = (fault for fault in found if not document.excuses(fault))
    problems = [*document.problems, *(document.problem(fault) for fault in islice(faults, MOST_PROBLEMS))]
    if problems:
        raise refusal(problems)
    return manifest_of(document, defaults)


def _refuse_other_format(document: Document) -> None:
    """The version comes first: whoever writes another format should not hear what is wrong with it in this one."""
    written = entries_in(document.root).get("version")
    if isinstance(written, str) and written.isdecimal() and written.isascii() and written != FORMAT:
        message = f"version {written[:20]} of the manifest is unknown to this release, which reads version {FORMAT}"
        hint = "install a newer release of `models`" if int(written[:20]) > int(FORMAT) else f"write version: {FORMAT}"
        raise refusal([document.problem(Fault(("version",), message, hint))])


def _type_faults(document: Document, context: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    from pydantic import ValidationError

    from resolver.documents.complaints import type_faults
    from resolver.documents.tables import ManifestTable

    try:
        ManifestTable.model_validate(document.root, context=dict(context))
    except ValidationError as error:
        yield from type_faults(error, document)
