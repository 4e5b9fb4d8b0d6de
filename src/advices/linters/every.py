"""Every linter that is here, over every variant of some labs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from advices.core import now
from advices.engine import buildx_version
from advices.lab import Lab
from advices.linters import build_check, hadolint
from advices.results import LINTERS, Linted, LinterName, LinterRun, Linting

_Reads = Callable[[Lab, str], Linted | None]


def lint(labs: Sequence[Lab]) -> tuple[Linting, dict[LinterName, str]]:
    """Return what each linter that is here says, and by name why another one did not run.

    Raises CommandFailed for a linter that breaks off.
    """
    runs: dict[LinterName, LinterRun] = {}
    missing: dict[LinterName, str] = {}
    program, buildx = hadolint.program(), buildx_version()
    if program is None:
        missing["hadolint"] = "it is not among the toolkit's packages"
    else:
        read = _by_hadolint(program)
        runs["hadolint"] = _run(hadolint.version(program), _over(labs, read) or {})
    if not build_check.is_there(buildx):
        missing["check"] = f"buildx {buildx or ''} has no --call=check: 0.15 was the first"
    elif (found := _over(labs, _by_build)) is None:
        missing["check"] = "the engine's builder does not know the call"
    else:
        runs["check"] = _run(f"buildx {buildx}", found)
    return Linting(runs=runs), missing


def moved(before: Linting, after: Linting) -> list[str]:
    """Return a line for each Dockerfile about which a linter now says something else."""
    lines = []
    for name, run in after.runs.items():
        known = before.runs[name].files if name in before.runs else {}
        for slug, variants in run.files.items():
            for variant, found in variants.items():
                old = known.get(slug, {}).get(variant)
                if old != found:
                    lines.append(
                        f"{LINTERS[name]}: {slug} {variant}: {_text(old)} → {_text(found)}"
                    )
    return lines


def _text(found: Linted | None) -> str:
    if found is None:
        return "not read yet"
    return found.unread or ", ".join(sorted(found.rules)) or "nothing"


def _run(version: str, files: dict[str, dict[str, Linted]]) -> LinterRun:
    return LinterRun(date=now().date().isoformat(), version=version, files=files)


def _over(labs: Sequence[Lab], read: _Reads) -> dict[str, dict[str, Linted]] | None:
    """Return what a linter says by lab and variant, None as soon as it says that it cannot."""
    found: dict[str, dict[str, Linted]] = {}
    for lab in labs:
        for variant in lab.variants:
            said = read(lab, variant)
            if said is None:
                return None
            found.setdefault(lab.slug, {})[variant] = said
    return found


def _by_hadolint(program: Path) -> _Reads:
    return lambda lab, variant: hadolint.linted(program, lab.dockerfile(variant))


def _by_build(lab: Lab, variant: str) -> Linted | None:
    images = lab.read(variant).external_images
    return build_check.linted(lab.dockerfile(variant), lab.context, images)
