"""What a page asks about the audit of the learner's own project, and has done, if it is let in."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_server.base.handlers import APIHandler
from tornado import web

from advices.core import AdvicesError, project
from advices.lab import labfile
from advices.learn.audit_asked import Asked
from advices.learn.auditing import Auditing
from advices.site import audit_report, chapters_beside


class Audits(APIHandler):
    """Tells of the audit, begins one, ends it, and writes its diff.

    The base class refuses what comes from another origin, and a POST without the XSRF token.
    """

    def initialize(self, auditing: Auditing, root: str) -> None:
        """Take the audits of the server, and a folder of the toolkit's project."""
        self._auditing = auditing
        self._root = Path(root)

    @web.authenticated
    def get(self, what: str) -> None:
        """Send how far the audit is, or its report as HTML, as JSON."""
        if what == "report":
            self._tell({"html": self._report()})
        elif what:
            raise web.HTTPError(404)
        else:
            self._tell_state()

    @web.authenticated
    def post(self, what: str) -> None:
        """Begin an audit, stop it, or write the diff of the one whose number is sent."""
        try:
            sent = self.get_json_body()
            if what == "stop":
                self._auditing.stop()
            elif what == "write":
                number = sent.get("number") if isinstance(sent, dict) else None
                self._auditing.write(number if isinstance(number, int) else 0)
            elif not what:
                self._auditing.start(Asked.of(sent))
            else:
                raise web.HTTPError(404)
        except AdvicesError as error:
            self._tell({"refused": str(error)})
        else:
            self._tell_state()

    def _tell_state(self) -> None:
        known = (self.get_query_argument(name, "0") for name in ("number", "lines"))
        number, lines = (int(text) if text.isdecimal() else 0 for text in known)
        self._tell(self._auditing.told(number, lines))

    def _report(self) -> str:
        record = self._auditing.record()
        if not record:
            raise web.HTTPError(404)
        labs = labfile.in_order(project(self._root).labs)
        # On its page it comes first, below the page's own heading.
        return audit_report(record, chapters_beside(labs), level=2)

    def _tell(self, told: object) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(told))
