"""`advices scan`: a learner's own container, scanned while it runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from advices.core import ScannerMissing
from advices.engine import Engine
from advices.lab import Scan, not_run
from advices.packages import proxy
from advices.runs import own_run
from advices.scanners.images import ScannerImage
from advices.scanners.run import Target, first_page, scanned, survived
from advices.scanners.target import chosen
from advices.scanners.work import Say

_WAIT_SECONDS = 15.0


@dataclass(frozen=True)
class Wanted:
    """What `advices scan` was asked for. Without a scanner: every one that is there."""

    address: str
    scanner: str | None = None
    active: bool = False
    known_as: str | None = None


def scan_own(
    engine: Engine, wanted: Wanted, find: Callable[[str], ScannerImage], say: Say
) -> tuple[Scan, ...]:
    """Return what each scanner found. The container itself is neither stopped nor changed.

    `find` gives a scanner's image, and is asked only for a target that may be scanned.

    It joins an internal network of ours, with the scanner alone, for as long as the scan takes.
    Raises TargetRefused, ScannerMissing for one that was asked for by name, ScanFailed.
    """
    with own_run(engine) as run, ExitStack() as later:
        # Refused before anything but the engine is asked.
        found = chosen(wanted.address, engine.others(), wanted.known_as)
        later.enter_context(proxy.for_builds(engine))
        scans = []
        for name in (wanted.scanner,) if wanted.scanner else ("wapiti", "zap"):
            try:
                image = find(name)
            except ScannerMissing as error:
                if wanted.scanner:
                    raise
                scans.append(not_run(name, error.what))
                continue
            with (
                engine.network(run.id, internal=True) as network,
                engine.joined(found.container, network, found.alias),
            ):
                target = Target(found.url, network, _WAIT_SECONDS, found.relay)
                say(f"requesting the start page {found.url}, for at most {_WAIT_SECONDS:.0f} s")
                first_page(engine, run.id, image, target)
                scans.append(
                    scanned(
                        engine,
                        run.id,
                        image,
                        target,
                        attacks="all" if wanted.active else "none",
                        say=say,
                        live=True,
                    )
                )
                say(f"checking that {found.url} still answers")
                survived(engine, run.id, image, target)
    return tuple(scans)
