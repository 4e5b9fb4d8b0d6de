"""Scans the running site with each web scanner that is to be had here."""

from __future__ import annotations

from advices.core import LabInvalid, ScannerMissing
from advices.engine import Start
from advices.lab import Scan, not_run
from advices.probes.subject import Found, Subject
from advices.scanners import Target, first_page, scanned, survived

METHOD = 1
SITE = "site"


def probe(subject: Subject) -> Found:
    """Return what each scanner of the lab found, and whether the server tells its version.

    Each scanner gets a container of its own to scan, for a scan leaves traces. A scanner whose
    image is not to be had is recorded as not run. Without an answer there is nothing to scan.
    Raises ScanFailed.
    """
    settings = subject.lab.scan
    if settings is None:
        raise LabInvalid(f"{subject.lab.slug}: there is no table [scan]")
    found = Found()
    if not subject.answered:
        return found
    for name in settings.scanners:
        try:
            image = subject.workshop.scanners.find(name)
        except ScannerMissing as error:
            subject.workshop.say(
                f"{subject.lab.slug} {subject.variant}: {name} does not run: {error.what}"
            )
            found.scans.append(not_run(name, error.what))
            continue
        with subject.engine.network(subject.run_id, internal=True) as network:
            how = Start(env=settings.env, network=network, alias=SITE)
            container = subject.engine.start(str(subject.image.id), run_id=subject.run_id, how=how)
            try:
                serve = subject.lab.serve
                target = Target(f"http://{SITE}:{serve.port}/", network, serve.timeout_seconds)
                page = first_page(subject.engine, subject.run_id, image, target)
                found.values["version_banner"] = any(map(str.isdigit, page.server))
                scan = scanned(
                    *(subject.engine, subject.run_id, image, target),
                    attacks=settings.attacks,
                    say=subject.workshop.say,
                )
                survived(subject.engine, subject.run_id, image, target)
            finally:
                subject.engine.remove_container(container)
        found.scans.append(scan)
        subject.workshop.say(f"{subject.lab.slug} {subject.variant}: {_told(scan)}")
    return found


def _told(scan: Scan) -> str:
    return f"{scan.scanner} {scan.version}: {len(scan.rules())} kinds of alerts; {scan.found}"
