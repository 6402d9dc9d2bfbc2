"""Gates: every repository is asked before any byte is fetched, and all refusals stand in one error."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from resolver.concurrency import in_threads
from resolver.domain.errors import AccessRefusedError, ModelsError
from resolver.domain.lock import Artifact
from resolver.domain.plan import Download
from resolver.domain.ports import Candidate, Refusal

if TYPE_CHECKING:
    from resolver.stages.fetch import Places

AT_A_TIME = 8
"""As many as a sync has connections at most: these are the first of them."""


def access_error(refusals: Iterable[Refusal], needed_by: Mapping[str, str] | None = None) -> AccessRefusedError:
    """All refusals in one error, each with the address where access is asked for.

    `needed_by` names the model that needs a source which no model names itself.
    """
    unique = sorted(set(refusals), key=lambda one: one.source)
    details = [_refusal_text(one, (needed_by or {}).get(one.source)) for one in unique]
    count = f"{len(unique)} repositories refuse" if len(unique) > 1 else "1 repository refuses"
    return AccessRefusedError(
        f"{count} access; nothing was fetched",
        hint=_way_in([one for one in unique if one.accept_url]),
        details=details,
    )


def refusal_error(one: Refusal) -> AccessRefusedError:
    """One refusal on its own, where others may still be asked."""
    where = f", accept at {one.accept_url}" if one.accept_url else ""
    return AccessRefusedError(f"{one.source}: {one.reason}{where}", hint=_way_in([one] if one.accept_url else []))


def _way_in(gated: Sequence[Refusal]) -> str:
    if not gated:
        return "check the token: HF_TOKEN for hf:, GITHUB_TOKEN for github:"
    each = {1: "it", 2: "both"}.get(len(gated), "all of them")
    return f"accept {each}, then set HF_TOKEN or run `hf auth login`"


def _refusal_text(one: Refusal, model: str | None) -> str:
    where = f": accept at {one.accept_url}" if one.accept_url else ""
    return f"{one.source.partition(':')[2]}   {one.reason}{where}{f'   (needed by {model})' if model else ''}"


def closed_to(
    downloads: Sequence[Download], artifacts: Mapping[str, Artifact], places: "Places", required: frozenset[str]
) -> dict[str, ModelsError]:
    """Which models cannot be fetched, and why; what a mirror has is not asked for at its source.

    Raises:
        AccessRefusedError: a required model's repository refuses.
    """
    wanting: dict[str, set[str]] = {}
    for one in downloads:
        wanting.setdefault(one.artifact, set()).update(one.models)
    answers = _answers(downloads, artifacts, places)
    refused = {key: answer for key, answer in answers.items() if isinstance(answer, Refusal)}
    blocking = [refusal for key, refusal in refused.items() if required & wanting[key]]
    if blocking:
        raise access_error(blocking)
    errors: dict[str, ModelsError] = {}
    for key, answer in answers.items():
        if isinstance(answer, ModelsError):
            errors |= dict.fromkeys(wanting[key], answer)
    closed = {model for key in refused for model in wanting[key]}
    return errors | {
        model: access_error(one for key, one in refused.items() if model in wanting[key]) for model in closed
    }


def _answers(
    downloads: Sequence[Download], artifacts: Mapping[str, Artifact], places: "Places"
) -> dict[str, Refusal | ModelsError | None]:
    first = {one.artifact: one.file for one in reversed(downloads)}

    def ask(key: str) -> Refusal | ModelsError | None:
        artifact = artifacts[key]
        candidate = Candidate(version=artifact.version, commit=artifact.commit)
        try:
            source = places.source(artifact)
            if source is None or places.mirrored(artifact, first[key]):
                return None
            return source.probe(artifact.source, candidate, first[key].path)
        except ModelsError as error:
            return error

    futures = in_threads(list(first), ask, AT_A_TIME)
    return {key: future.result() for key, future in zip(first, futures, strict=True)}
