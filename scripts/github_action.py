"""What the GitHub Action does once `models` is installed: check the lock, prove the weights, show what changes.

Standard library only. Everything comes from the runner's variables and its event file; of the event only a number and a
commit are used, never a text that somebody wrote.
"""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_COMMENT = 65_000  # GitHub takes 65,536 characters
MOST_PAGES = 10
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TRUE = ("true", "1", "yes")


@dataclass(frozen=True, slots=True)
class Runner:
    """The runner's variables, and the event that it was started for."""

    variables: Mapping[str, str]
    event: Mapping[str, Any]

    @property
    def project(self) -> str:
        """The project's folder, seen from the checkout."""
        return self.variables.get("MODELS_ACTION_PROJECT") or "."

    @property
    def mark(self) -> str:
        """What our comment begins with, by which we know it again; each project has one of its own."""
        project = urllib.parse.quote(self.project.removeprefix("./").rstrip("/"))
        return f"<!-- models-lock{'' if project in ('', '.') else f' {project}'} -->"

    def says(self, name: str) -> bool:
        """Whether an input says yes."""
        return self.variables.get(f"MODELS_ACTION_{name}", "").strip().lower() in _TRUE

    @property
    def base(self) -> str | None:
        """The commit to compare with: the base of a pull request or merge group, or what was there before a push."""
        places = (("pull_request", "base", "sha"), ("merge_group", "base_sha"), ("before",))
        found = (_at(self.event, place) for place in places)
        commits = (one for one in found if isinstance(one, str) and _COMMIT.fullmatch(one) and one.strip("0"))
        return next(commits, None)

    @property
    def pull_request(self) -> int | None:
        """Its number."""
        number = _at(self.event, ("pull_request", "number"))
        return number if isinstance(number, int) else None


def _at(value: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def main() -> int:
    """The worst of what was found: the exit code of the check, else of the verification."""
    runner = Runner(os.environ, json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_bytes()))  # noqa: TID251  # a program
    stale = models(runner, "lock", "--check", "--format", "github").returncode
    changed = show_changes(runner)
    outputs(runner, {"stale": stale == 1, "changed": changed})
    verified = prove(runner) if runner.says("SYNC") and not stale else 0
    return stale or verified


def models(runner: Runner, *arguments: str, captured: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run `models` in the project."""
    command = ["models", *arguments, "--project", runner.project]
    return subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE if captured else None)  # ours


def prove(runner: Runner) -> int:
    """Fetch what this machine gets, and read every byte of it."""
    synced = models(runner, "sync", "--locked").returncode
    return synced or models(runner, "verify", "--format", "github").returncode


def show_changes(runner: Runner) -> bool:
    """Write the diff into the summary of the job and, if that is wanted, on the pull request; whether there is one."""
    base = runner.base
    if base is None or not fetched(base):
        say("nothing to compare models.lock with")
        return False
    diff = models(runner, "diff", base, "--format", "markdown", "--exit-code", captured=True)
    if diff.returncode not in (0, 1):
        return False
    summary = runner.variables.get("GITHUB_STEP_SUMMARY")
    if summary and diff.stdout:
        with Path(summary).open("a", encoding="utf-8") as stream:
            stream.write(diff.stdout + "\n")
    if runner.says("COMMENT") and runner.pull_request is not None:
        comment(runner, runner.pull_request, diff.stdout if diff.returncode else "")
    return diff.returncode == 1


def fetched(commit: str) -> bool:
    """Whether the commit is here, or could be had: a checkout usually has one commit only."""
    there = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    if subprocess.run(there, check=False, capture_output=True).returncode == 0:  # a commit's digits
        return True
    fetch = ["git", "fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit]
    return subprocess.run(fetch, check=False).returncode == 0  # a commit's digits


def comment(runner: Runner, number: int, text: str) -> None:
    """Keep one comment of ours: written when there is something to say, changed when that changes.

    What GitHub refuses is a warning: a pull request from a fork has no right to write, and the summary has it all.
    """
    body = f"{runner.mark}\n{text[:LONGEST_COMMENT] or 'models.lock is as it was.'}"
    repository = runner.variables["GITHUB_REPOSITORY"]
    try:
        found = comments(runner, repository, number)
        ours = next((one for one in found if str(one.get("body")).startswith(runner.mark)), None)
        if ours is not None:
            ask(runner, "PATCH", f"repos/{repository}/issues/comments/{int(ours['id'])}", {"body": body})
        elif text:
            ask(runner, "POST", f"repos/{repository}/issues/{number}/comments", {"body": body})
    except (urllib.error.URLError, ValueError, KeyError, TypeError) as error:
        say(f"::warning title=models-lock::the diff could not be commented ({type(error).__name__}); see the summary")


def comments(runner: Runner, repository: str, number: int) -> Iterator[Mapping[str, Any]]:
    """Those of a pull request, page by page."""
    for page in range(1, MOST_PAGES + 1):
        found = ask(runner, "GET", f"repos/{repository}/issues/{number}/comments?per_page=100&page={page}")
        yield from (one for one in found if isinstance(one, dict))
        if len(found) < 100:
            return


def ask(runner: Runner, method: str, path: str, body: Mapping[str, str] | None = None) -> list[Any]:
    """An answer of GitHub's API; redirects are not followed, so the token goes nowhere else."""
    request = urllib.request.Request(  # noqa: S310  # the runner's own address
        f"{runner.variables['GITHUB_API_URL']}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {runner.variables.get('MODELS_ACTION_TOKEN', '')}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=30) as answer:
        found = json.loads(answer.read(1 << 24))
    return found if isinstance(found, list) else []


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """None is an error of the answer that redirects."""


def outputs(runner: Runner, found: Mapping[str, bool]) -> None:
    """What later steps can ask for."""
    path = runner.variables.get("GITHUB_OUTPUT")
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name}={str(value).lower()}\n" for name, value in found.items())


def say(text: str) -> None:
    """A line of the job's log."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())  # noqa: TID251  # a program of its own
