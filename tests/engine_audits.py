"""An app to audit on a real engine, and the audit of a folder there."""

from __future__ import annotations

from pathlib import Path

from engine_project import ROOT

from advices import audit
from advices.core import Layout
from advices.workshop import Workshop

APP = """\
import http.server, signal, sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def audited(root: Path, **asked: object) -> audit.Audit:
    """Return the audit of a project, asked for as on the command line."""
    found = audit.read_project(root, audit.Asked(**asked))  # type: ignore[arg-type]
    return audit.audited(Workshop(Layout(ROOT), print), found)
