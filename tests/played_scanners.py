"""Both web scanners as programs of an engine in memory: each leaves a report of its own kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from container_programs import Program, printed

from advices.core import ScannerMissing
from advices.engine.start import Start
from advices.scanners import wapiti, zap_plan
from advices.scanners.images import ScannerImage
from advices.scanners.run import program

SAMPLES = Path(__file__).parent / "samples"
REPORTS = {
    "wapiti": {wapiti.REPORT: (SAMPLES / "wapiti" / "hardened.json").read_bytes()},
    "zap": {f"{zap_plan.FOLDER}/report.json": (SAMPLES / "zap" / "new-fields.json").read_bytes()},
}

# What ZAP prints of a plan that looked at everything.
ZAP_PRINTED = """\
Job passiveScan-config started
Job passiveScan-config finished, time taken: 00:00:00
Job spider started
Job spider requesting URL http://site:8000/
Job spider found 7 URLs
Job spider test of type stats passed: the site answered with 200 [5 >= 1]
Job spider finished, time taken: 00:00:03
Job passiveScan-wait started
Job passiveScan-wait finished, time taken: 00:00:00
Job activeScan started
Job activeScan finished, time taken: 00:00:04
Job report started
Job report generated report /zap/wrk/report.json
Job report finished, time taken: 00:00:00
"""


class Scanners:
    """What their images are, and what a container of one does; whom it asked is remembered."""

    def __init__(self, *missing: str) -> None:
        self.missing = missing
        self.page: dict[str, Any] = {"status": 200, "server": "gunicorn"}
        self.exit_code = 0
        self.asked: list[str] = []

    def find(self, name: str) -> ScannerImage:
        if name in self.missing:
            raise ScannerMissing(f"no {name} here")
        return ScannerImage(name, f"scanner/{name}:1", f"sha256:{name}")

    def runs(self, image: str, how: Start) -> Program:
        words = [*(how.entrypoint or ()), *how.command]
        if words[:3] == ["python3", "-c", program("relay")]:
            words = words[6:]
        if words[:1] == ["python3"]:
            self.asked.append(words[-2])
            return printed(json.dumps(self.page))
        if image.startswith("scanner/"):
            name = image.removeprefix("scanner/").partition(":")[0]
            # A report tells of the host that was asked for.
            host = (urlsplit(self.asked[-1]).hostname or "").encode()
            told = {
                path: text.replace(b'"@host": "site"', b'"@host": "%s"' % host)
                for path, text in REPORTS[name].items()
            }
            return printed(ZAP_PRINTED if name == "zap" else "", self.exit_code, files=told)
        return Program()
