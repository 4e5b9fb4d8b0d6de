"""Pure: an audit as one HTML file that asks nothing of any other."""

from __future__ import annotations

from pathlib import Path

from advices.audit.audit import Audit
from advices.audit.findings import CHAPTERS
from advices.audit.policy import Policy
from advices.audit.report.links import chapter
from advices.audit.report.record import record
from advices.results import escape
from advices.site import audit_report, audit_style


def html(audit: Audit, policy: Policy | None = None, *, site: str = "") -> str:
    """Return the report as an HTML document.

    `site` is the address of the published site, "" for no links to chapters. With a policy it says
    which findings fail no job. Everything foreign in it is escaped.
    """
    name = audit.project.folder.name
    chapters = {slug: (slug, chapter(site, slug)) for slug in CHAPTERS} if site else {}
    body = audit_report(record(audit, policy), chapters, title=f"Audit of {name}", level=2)
    colours = (Path(__file__).parent / "colours.css").read_text("utf-8")
    # No script, no picture, no address is loaded, whatever the project may be called.
    csp = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{csp}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Audit of {escape(name)}</title>\n"
        f"<style>{colours}{audit_style()}</style>\n"
        f"</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
