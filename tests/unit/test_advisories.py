"""What pip-audit says about lock files: findings, nothing known, or that it did not run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from advices.lab import labfile
from advices.linters import pip_audit
from advices.results import Audit, AuditedLock, Vulnerable, advisories
from advices.site.tables import advisories_table

ROOT = Path(__file__).parents[2]
LAB = labfile.read(ROOT / "labs", "know-what-is-inside")
# What pip-audit 2.10.1 prints: of a service with advisories, of an index without any.
CLEAN = {"name": "gunicorn", "version": "27.0.1", "vulns": []}
FOUND = {
    "name": "django",
    "version": "5.2.8",
    "vulns": [
        {"id": "PYSEC-2", "fix_versions": ["5.2.9"], "aliases": ["CVE-2"], "description": "s"},
        {"id": "PYSEC-1", "fix_versions": [], "aliases": [], "description": "s"},
    ],
}
SKIPPED = {
    "name": "django",
    "skip_reason": "Dependency not found on PyPI and could not be audited: django (5.2.8)",
}
VULNERABLE = Vulnerable(package="django", version="5.2.8", advisories=("PYSEC-1", "PYSEC-2"))


def said(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_findings_are_read_by_package() -> None:
    found = pip_audit.read(said(CLEAN, FOUND), "Found 2 known vulnerabilities in 1 package")
    assert found == AuditedLock(packages=2, vulnerable=(VULNERABLE,))
    assert pip_audit.read(said(CLEAN), "") == AuditedLock(packages=1)


@pytest.mark.parametrize(
    ("printed", "errors", "why"),
    [
        (said(CLEAN, SKIPPED), "No known vulnerabilities found", "1 of 2 packages skipped: Depend"),
        (said(), "No known vulnerabilities found", "No known vulnerabilities found"),
        ("", "Traceback\nConnectionError: no such host\n", "ConnectionError: no such host"),
        ("", "", "pip-audit printed nothing"),
        ("[]", "", "pip-audit printed nothing"),
    ],
)
def test_a_service_that_does_not_answer_is_never_clean(printed: str, errors: str, why: str) -> None:
    found = pip_audit.read(printed, errors)
    assert isinstance(found, str)
    assert found.startswith(why)


def played(folder: Path, *answers: str) -> Path:
    """Return a program that answers like pip-audit, once for each lock file."""
    program = folder / "pip-audit"
    answer = f"import sys; answers = {list(answers)!r}\n"
    program.write_text(
        f"#!{sys.executable}\n{answer}import pathlib\n"
        f"calls = pathlib.Path({str(folder / 'calls')!r})\n"
        "if '--version' in sys.argv: sys.exit(print('pip-audit 2.10.1'))\n"
        "calls.write_text((calls.read_text() if calls.exists() else '') + sys.argv[2] + '\\n')\n"
        "text = answers[len(calls.read_text().splitlines()) - 1]\n"
        "print(text); sys.exit('PYSEC' in text)\n"
    )
    program.chmod(0o755)
    return program


def test_each_lock_file_is_looked_up_once(tmp_path: Path) -> None:
    # good has the project's own list, as has a variant without an overlay.
    assert {name: file.parent.name for name, file in pip_audit.locks(LAB).items()} == {
        "bad": "old-files",
        "good": "app",
        "with-tools": "tools-files",
    }
    program = played(tmp_path, said(FOUND), said(CLEAN), said(CLEAN, CLEAN))
    found = pip_audit.audit(program, LAB)
    assert (found.lab, found.version, found.why_not) == (LAB.slug, "2.10.1", "")
    assert found.locks == {
        "bad": AuditedLock(packages=1, vulnerable=(VULNERABLE,)),
        "good": AuditedLock(packages=1),
        "with-tools": AuditedLock(packages=2),
    }
    shown = advisories_table(found)
    assert "| <code>bad</code> | 1 | django 5.2.8 | 2 |" in shown
    assert "| <code>good</code> | 1 | none known | 0 |" in shown


def test_one_lock_file_that_is_skipped_makes_it_an_audit_that_did_not_run(tmp_path: Path) -> None:
    found = pip_audit.audit(played(tmp_path, said(FOUND), said(SKIPPED)), LAB)
    assert found.locks == {}
    shown = advisories_table(found)
    assert "**not run**. 1 of 1 packages skipped" in shown
    assert "none known" not in shown


@pytest.mark.parametrize("more", [{}, {"why_not": "x", "locks": {"good": {"packages": 1}}}])
def test_a_record_says_what_it_found_or_why_it_found_nothing(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either it says why"):
        Audit.model_validate({"lab": "x", "date": "2026-01-01", "version": "1", **more})


def test_the_committed_record_reads_and_is_written_as_it_was(tmp_path: Path) -> None:
    found = advisories.load(ROOT / "docs" / "results")
    assert found.lab == LAB.slug
    assert advisories.load(advisories.save(tmp_path, found).parent) == found
