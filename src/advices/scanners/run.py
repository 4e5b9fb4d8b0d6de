"""One scanner's container against one target, alone with it on an internal network."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import resources
from types import ModuleType

from advices.core import CommandFailed, EngineRefused, ScanFailed, clock, now, show, show_output
from advices.engine import Engine, Once, Start
from advices.lab import Attacks, Scan
from advices.scanners import wapiti, zap
from advices.scanners.images import ScannerImage
from advices.scanners.target import Relay
from advices.scanners.work import SMALLER_PART, Say, Work, cut

SCANNERS: dict[str, ModuleType] = {wapiti.NAME: wapiti, zap.NAME: zap}
_FIRST_PAGE_SECONDS = 60.0
_KILLED = 137
_BEAT_SECONDS = 30.0


def program(name: str) -> str:
    """Return the source of a program that runs inside a scanner's container."""
    return (resources.files("advices.scanners") / "inside" / f"{name}.py").read_text("utf-8")


@dataclass(frozen=True)
class Target:
    """What is scanned: its address as the scanner asks for it, and the network it joins.

    With a `relay` that address is one of the scanner's own loopback.
    """

    url: str
    network: str
    wait_seconds: float = _FIRST_PAGE_SECONDS
    relay: Relay | None = None

    def start(self, command: tuple[str, ...]) -> Start:
        """Return how a container is started that runs a command beside the target."""
        if self.relay is not None:
            relay = (str(self.relay.port), self.relay.host, str(self.relay.target_port))
            command = ("python3", "-c", program("relay"), *relay, *command)
        return Start(entrypoint=command[:1], command=command[1:], network=self.network)


@dataclass(frozen=True)
class FirstPage:
    """How a target answered before it was scanned: its Server line."""

    server: str


def first_page(engine: Engine, run_id: str, image: ScannerImage, target: Target) -> FirstPage:
    """Return how a target answers on its network. Raises ScanFailed unless it is with 200."""
    said = _asked(engine, run_id, image, target)
    if fault := said.get("fault"):
        raise ScanFailed(
            f"the target {target.url} did not answer within {target.wait_seconds:.0f} s: {fault}",
            why="nothing listens there on all addresses (0.0.0.0), or it hangs",
            next_step="look at `docker logs` of the target; use the container's own port and path",
        )
    if leads := said.get("leads"):
        raise ScanFailed(
            f"the start page {target.url} redirects to {leads}, which is another site",
            why="it sends visitors to HTTPS or to another host",
            next_step=(
                "make the container behave as behind its proxy, or name a page that does not "
                "redirect"
            ),
        )
    if said["status"] != 200:
        raise ScanFailed(
            f"the start page {target.url} answers {said['status']}, but must answer 200",
            why="the page needs a login, or the application does not know this host name",
            next_step=(
                "allow the host name in the application (Django: ALLOWED_HOSTS), or use one that "
                "it knows: `--as NAME`"
            ),
        )
    return FirstPage(server=str(said.get("server", "")))


def survived(engine: Engine, run_id: str, image: ScannerImage, target: Target) -> None:
    """Raise ScanFailed when a target that was scanned does not answer any more, whatever it is.

    What a scanner asked in vain raised no alert: the rest of such a scan would look clean.
    """
    if fault := _asked(engine, run_id, image, target).get("fault"):
        raise ScanFailed(
            f"the target {target.url} no longer answers after the scan: {fault}",
            why="it ended or hung during the scan, so the scanner saw only a part of it",
            next_step="look at `docker logs` of the target; start it again and scan a smaller "
            "part: name a path",
        )


def _asked(
    engine: Engine, run_id: str, image: ScannerImage, target: Target
) -> dict[str, str | int]:
    """Return what `inside/first_page.py` says of a target. Raises ScanFailed if it cannot run."""
    asks = ("python3", "-c", program("first_page"), target.url, f"{target.wait_seconds:g}")
    try:
        once = engine.run_once(
            image.reference,
            run_id=run_id,
            how=target.start(asks),
            timeout_seconds=target.wait_seconds + 30,
        )
        said: dict[str, str | int] = json.loads(once.stdout.splitlines()[-1])
    except (EngineRefused, CommandFailed, IndexError, ValueError) as error:
        raise ScanFailed(
            f"could not send a request from the image of {image.scanner}: {error}",
            why="the image has no python3, or the engine refused to start it",
        ) from None
    return said


@dataclass
class _Heard:
    """Says how far a scanner is: what it printed since, and every half minute that it runs."""

    scanner: str
    limit_seconds: float
    say: Say | None
    last: str = ""
    said_at: float = 0.0

    def __call__(self, seconds: float, printed: str) -> None:
        line = cut("".join(one for one in printed if one.isprintable()))
        if line != self.last or seconds - self.said_at >= _BEAT_SECONDS:
            self.last, self.said_at = line, seconds
            if self.say is not None:
                how_far = f"{seconds:.0f} s of at most {self.limit_seconds:.0f} s"
                self.say(f"{self.scanner}: {how_far}: {line or 'it has printed nothing yet'}")


def scanned(
    engine: Engine,
    run_id: str,
    image: ScannerImage,
    target: Target,
    *,
    attacks: Attacks,
    say: Say,
    live: bool = False,
) -> Scan:
    """Return what one scanner found at a target that answers. With `live`, how far it is is said.

    Raises ScanFailed for whatever keeps a scan from being believed: it is never "no alerts".
    """
    scanner = SCANNERS[image.scanner]
    work: Work = scanner.work(target.url, attacks=attacks)
    how = replace(
        target.start(work.command),
        memory=work.memory,
        processes=1024,
        files=work.archive(),
    )
    extra = "" if attacks == "none" else f", attacks: {attacks}"
    say(f"{image.scanner}: scanning {target.url}{extra}")
    show(work.command)
    heard = _Heard(image.scanner, work.timeout_seconds, say if live else None)
    started, date = clock(), now().isoformat()
    try:
        once = engine.run_once(
            image.reference,
            run_id=run_id,
            how=how,
            timeout_seconds=work.timeout_seconds,
            fetch=work.report,
            hears=heard,
        )
    except CommandFailed as error:
        show_output(image.scanner, error.printed)
        last = f"; its last line: {heard.last}" if heard.last else ""
        limit = f"{work.timeout_seconds:.0f} s"
        raise ScanFailed(
            f"{image.scanner} did not end within {limit} and was stopped{last}",
            why="the target answers slowly or endlessly, or the machine is slow",
            next_step=SMALLER_PART,
        ) from None
    except EngineRefused as error:
        raise ScanFailed(
            f"the container of {image.scanner} does not start: {error.what}",
            why=f"the image {image.reference} is not the one that labs/scanners names",
        ) from None
    show_output(image.scanner, once.stdout + once.stderr)
    report = _believed(image.scanner, work, once)
    found = scanner.read(report, target.url, once.stdout)
    return Scan(
        scanner=image.scanner,
        ran=True,
        version=f"{found.version} (stub)" if image.stub else found.version,
        image=image.identity,
        stub=image.stub,
        attacks=attacks,
        date=date,
        urls=found.urls,
        seconds=round(clock() - started, 1),
        alerts=found.alerts,
    )


def _believed(scanner: str, work: Work, once: Once) -> bytes:
    """Return the report of a scan that ended as it should. Raises ScanFailed."""
    if once.out_of_memory or once.exit_code == _KILLED:
        raise ScanFailed(
            f"{scanner} was killed ({'out of memory' if once.out_of_memory else 'exit code 137'})",
            why=f"it needed more than its {work.memory} of memory, or somebody stopped it",
            next_step=SMALLER_PART,
        )
    if fault := SCANNERS[scanner].fault(once.exit_code, once.stdout, once.fetched):
        raise fault
    if once.exit_code not in work.accept:
        raise ScanFailed(
            f"{scanner} ended with exit code {once.exit_code}. Its last lines:\n{_end(once)}",
            why=(
                "it did not do its work: a broken plan, an option that it does not know, or no "
                "page found"
            ),
        )
    if once.fetched is None or not once.fetched.strip():
        raise ScanFailed(
            f"{scanner} ended without a report. Its last lines:\n{_end(once)}",
            why="it could not write the report, or gave up before it started",
        )
    return once.fetched


def _end(once: Once) -> str:
    lines = (once.stdout + once.stderr).strip().splitlines()[-8:]
    return "\n".join(lines) or "(it printed nothing)"
