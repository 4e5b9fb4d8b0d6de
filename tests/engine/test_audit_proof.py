"""The proof of the audit: it finds each lab's tip in its bad file, and no fix breaks an app.

Each run proves a tenth of the labs' files, another one each day: the weekly workflow proves all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from audit_proofs import SLUGS, audited, in_turn, proved

from advices import audit
from advices.engine import connect
from advices.runs import lifecycle

pytestmark = pytest.mark.engine

# What an audit says nothing about: no measure of it, or none that a project shows by itself.
_SILENT = {
    "configuration": "its secret is called by no name: only a lab's own canary shows it",
    "health-and-limits": "an audit does not measure it",
    "know-what-is-inside": "an audit does not measure it",
    "lock-and-install": "an audit does not measure it",
    "pin-what-you-build-on": "an audit does not build a commit a second time",
    "shared-layers": "one image of several is looked at",
    "web-scan": "an audit scans nothing",
}
# Whose tip is that of other labs.
_SHOWN_BY = {
    "twelve-factor": {"build-cache", "non-root", "stop-and-start"},
    "whole-dockerfile": {"base-image", "build-cache", "non-root", "remove-tools", "stop-and-start"},
}
JUDGED = tuple(slug for slug in SLUGS if slug not in _SILENT)


def tips_of(slug: str) -> set[str]:
    """Return the tips that an audit finds in a lab's bad file."""
    return _SHOWN_BY.get(slug, {slug})


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    mine = lifecycle._owner()
    assert [run for run in connect().run_ids() if run.startswith(mine)] == []


def test_what_is_not_judged_is_a_lab() -> None:
    assert _SILENT.keys() | _SHOWN_BY.keys() <= {*SLUGS}
    assert not _SILENT.keys() & audit.CHAPTERS


@pytest.mark.parametrize("slug", in_turn(JUDGED))
def test_the_tip_of_a_lab_is_found_and_its_fix_meets_the_claims(slug: str, tmp_path: Path) -> None:
    found = proved(slug, "bad", tmp_path / "project")
    assert found.tips >= tips_of(slug), found
    fixed = {one.lab for one in audit.findings(found.found.trial) if one.is_gone}
    assert found.found.trial.names, found
    assert fixed & tips_of(slug), found
    assert [one.summary for one in found.claims if not one.holds] == []


@pytest.mark.parametrize("slug", in_turn(JUDGED[::-1]))
def test_a_good_file_has_nothing_of_the_tip(slug: str, tmp_path: Path) -> None:
    found = proved(slug, "good", tmp_path / "project")
    assert not found.tips & tips_of(slug), found


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
CMD if [ -f app.py ]; then python app.py; else exit 3; fi
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
    assert refused["user"] == "the container no longer answers"
    # A remedy that knows better does not try it.
    assert refused.get("exec", refused["user"]) == refused["user"]
    assert "ignore" in trial.names
    assert "python:3.14-slim" not in audit.diff(found)
