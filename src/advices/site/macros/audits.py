"""Macros of the recorded audit of the sample project: what it found, and of what."""

from __future__ import annotations

import posixpath

from advices.results import escape
from advices.site import audited
from advices.site.audit_report import audit_report, audit_style, chapters_beside
from advices.site.macros.page import Page


class Audits(Page):
    """The sample's audit, as it was recorded."""

    def audit_sample(self) -> str:
        """Return the report on the sample, with its style, and when and on what it was made."""
        found = audited.load_sample(self._docs / "results")
        link = posixpath.relpath(f"results/{audited.FILE}", posixpath.dirname(self._page()) or ".")
        report = audit_report(found.audit, chapters_beside(self._in_order()))
        return (
            f'<div class="adv-audited">\n<style>{audit_style()}</style>\n{report}</div>\n\n'
            f"{escape(found.where())} [The record]({link}).\n{{ .adv-note }}\n"
        )

    def audit_sample_minutes(self) -> str:
        """Return the time of the sample's audit in words, to the minute."""
        minutes = round(audited.load_sample(self._docs / "results").seconds / 60)
        return "less than a minute" if not minutes else f"{minutes} min"

    def audit_sample_dockerfile(self) -> str:
        """Return the Dockerfile that was audited, as a block of code."""
        found = audited.load_sample(self._docs / "results")
        return f"{audited.fenced(found.audit['files']['Dockerfile']['before'], 'dockerfile')}\n"
