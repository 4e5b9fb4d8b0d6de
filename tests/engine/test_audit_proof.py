"""The proof of the audit: it finds each lab's tip in its bad file, and no fix breaks an app.

CI proves a few labs, others each day: the weekly workflow proves all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from audit_proofs import SLUGS, audited, proved

from advices import audit

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("own_state")]


@dataclass(frozen=True)
class _Expected:
    """What an audit finds in a lab's bad file, and which claims its fix does not meet.

    `secrets` are the files whose contents its image shows, and that of the fix does not.
    """

    tips: frozenset[str]
    unmet: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()


# No remedy takes named packages away, and what a venv's pip keeps is seen by no remedy.
_TOOLS_STAY = frozenset({"small", "no-compiler", "no-pip-cache"})
EXPECTED = {
    "base-image": _Expected(frozenset({"base-image"})),
    "build-cache": _Expected(frozenset({"build-cache"})),
    "multi-stage": _Expected(frozenset({"multi-stage"})),
    "non-root": _Expected(frozenset({"non-root"})),
    "remove-tools": _Expected(frozenset({"remove-tools"}), _TOOLS_STAY),
    "stop-and-start": _Expected(frozenset({"stop-and-start"})),
}
EVERYTHING = {
    "whole-dockerfile": _Expected(
        frozenset({"build-cache", "multi-stage", "non-root", "stop-and-start", "configuration"}),
        secrets=frozenset({".netrc", "production.env"}),
    ),
}


def test_each_chapter_that_findings_are_of_is_proved() -> None:
    # Where a secret stays is shown by the audit's own tests: a lab's secret has its canary.
    assert {*EXPECTED} == audit.CHAPTERS - {"configuration"}
    assert EXPECTED.keys() | EVERYTHING.keys() <= {*SLUGS}


@pytest.mark.rare(7)
@pytest.mark.parametrize("slug", EXPECTED | EVERYTHING)
def test_the_tip_of_a_lab_is_found_and_its_fix_meets_the_claims(slug: str, tmp_path: Path) -> None:
    expected = (EXPECTED | EVERYTHING)[slug]
    found = proved(slug, "bad", tmp_path / "project")
    assert found.tips >= expected.tips, found
    unmet = {one.claim.id for one in found.claims if not one.holds}
    assert unmet <= expected.unmet, found
    if not expected.unmet:
        gone = {one.lab for one in audit.findings(found.found.trial) if one.is_gone}
        assert gone >= expected.tips, found
    told = {one.name: one for one in found.found.trial.canaries}
    shown = {name: told[name].after for name in expected.secrets if told[name].is_found}
    assert shown.keys() == expected.secrets, found
    assert not any(count for after in shown.values() for count in (after or {"": 1}).values())


@pytest.mark.rare(7)
@pytest.mark.parametrize("slug", EXPECTED)
def test_a_good_file_has_nothing_of_the_tip(slug: str, tmp_path: Path) -> None:
    found = proved(slug, "good", tmp_path / "project")
    assert not found.tips & EXPECTED[slug].tips, found


# ---------- a fix that would break the app ----------

FRAGILE = """\
import ctypes, http.server, pathlib, signal, sys

ctypes.CDLL("/usr/local/lib/libfast.so")
pathlib.Path(__file__).with_name("started").write_text("yes")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
NEEDS_ALL = """\
FROM python:3.14
WORKDIR /app
COPY . .
RUN --network=none gcc -shared -fPIC -fopenmp -o /usr/local/lib/libfast.so fast.c
EXPOSE 8080
CMD trap 'exit 0' TERM; if [ -f app.py ]; then python app.py & wait; fi
"""


def test_a_fix_that_would_break_the_app_is_refused_and_others_are_kept(tmp_path: Path) -> None:
    """It needs the compiler's library, its own folder, and a shell."""
    root = tmp_path / "project"
    root.mkdir()
    for name, text in {
        "Dockerfile": NEEDS_ALL,
        "app.py": FRAGILE,
        "fast.c": "#include <omp.h>\nint fast(void) { return omp_get_max_threads(); }\n",
        "index.html": "<h1>hello</h1>\n",
        ".env": "KEY=a setting of one machine\n",
    }.items():
        (root / name).write_text(text)
    found = audited(root, audit.Asked(url_path="/index.html"), audit.How())
    trial = found.trial
    assert trial.yours.boot.answered
    assert trial.fixed is not None
    assert trial.fixed.boot.page_digest == trial.yours.boot.page_digest
    refused = {one.remedy.name: one.refused for one in trial.tried if one.refused}
    assert refused["slim"].startswith("it does not build: ")
    assert refused["user"].startswith("the container no longer answers: ")
    # A remedy that knows better does not try it.
    assert refused.get("exec", refused["user"]) == refused["user"]
    assert "ignore" in trial.names
    assert "python:3.14-slim" not in audit.diff(found)
