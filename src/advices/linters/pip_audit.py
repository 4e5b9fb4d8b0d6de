"""pip-audit over the lock files of a lab: which of their packages have known vulnerabilities.

It skips a package that the service does not know, says that none is vulnerable and exits with 0:
https://github.com/pypa/pip-audit. So an index without advisories looks clean. Here, one skipped
package is an audit that did not run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from advices.core import Record, now, run
from advices.lab import Lab
from advices.results import Audit, AuditedLock, Vulnerable

# 1 is that of findings, and that of a service which does not answer.
_CODES = frozenset({0, 1})
_LIST = "requirements.txt"


class _Advisory(Record, extra="ignore"):
    id: str


class _Dependency(Record, extra="ignore"):
    name: str
    version: str = ""
    vulns: tuple[_Advisory, ...] = ()
    skip_reason: str = ""


class _Said(Record, extra="ignore"):
    dependencies: Annotated[tuple[_Dependency, ...], Field(min_length=1)]


def program() -> Path | None:
    """Return the program in the toolkit's environment, None if it is not there."""
    found = Path(sys.executable).with_name("pip-audit")
    return found if found.is_file() else None


def locks(lab: Lab) -> dict[str, Path]:
    """Return the lock file of each variant; those of variants with the same one once."""
    found: dict[str, Path] = {}
    for name, variant in lab.variants.items():
        own = lab.folder / (variant.overlay or "") / _LIST
        file = own if variant.overlay and own.is_file() else lab.context / _LIST
        if file not in found.values():
            found[name] = file
    return found


def audit(pip_audit: Path, lab: Lab) -> Audit:
    """Return what is known about a lab's lock files, or why nothing is. Raises CommandFailed."""
    version = run([str(pip_audit), "--version"]).stdout.split()[-1]
    today = now().date().isoformat()
    found: dict[str, AuditedLock] = {}
    for variant, file in locks(lab).items():
        words = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        done = run([str(pip_audit), "--requirement", str(file), *words], accept=_CODES)
        said = read(done.stdout, done.stderr)
        if isinstance(said, str):
            return Audit(lab=lab.slug, date=today, version=version, why_not=said)
        found[variant] = said
    return Audit(lab=lab.slug, date=today, version=version, locks=found)


def read(printed: str, errors: str) -> AuditedLock | str:
    """Return what pip-audit printed about a lock file, or why that is no answer."""
    try:
        said = _Said.model_validate_json(printed)
    except ValidationError:
        lines = errors.strip().splitlines()
        return lines[-1] if lines else "pip-audit printed nothing that can be read"
    skipped = [one.skip_reason for one in said.dependencies if one.skip_reason]
    if skipped:
        return f"{len(skipped)} of {len(said.dependencies)} packages skipped: {skipped[0]}"
    return AuditedLock(
        packages=len(said.dependencies),
        vulnerable=tuple(
            Vulnerable(
                package=one.name,
                version=one.version,
                advisories=tuple(sorted(each.id for each in one.vulns)),
            )
            for one in said.dependencies
            if one.vulns
        ),
    )
