"""Starts an image as `docker run` would, asks for its page, and reads what PID 1 is."""

from __future__ import annotations

import hashlib
import http.client
from dataclasses import dataclass

from advices.core import EngineRefused, NeverAnswered, clock, poll
from advices.engine import HARDENED, Container, End, Engine, Start
from advices.lab import AnotherStart, Lab
from advices.probes.listening import listeners
from advices.probes.programs import program
from advices.results import Boot, Page, Timing, page_of

# Raised when one answer would get another digest, or a start is timed otherwise.
METHOD = 1

# They differ from answer to answer: the clock, and a CSRF token.
_VOLATILE = {"date", "set-cookie"}
_LOOPBACK = ("127.", "[::1]")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, headers in order, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def digest(self) -> str:
        """Return the SHA-256 of all that a visitor sees, without clock and cookies."""
        kept = [f"{k}: {v}" for k, v in self.headers if k.lower() not in _VOLATILE]
        text = "\n".join([str(self.status), *sorted(kept), ""]).encode()
        return hashlib.sha256(text + self.body).hexdigest()


@dataclass(frozen=True)
class _Request:
    """Where an answer is expected: `status` is what ends the waiting, None for any."""

    port: int
    path: str
    status: int | None
    timeout_seconds: float


@dataclass(frozen=True)
class Image:
    """The image of one candidate of a lab, as the starts of one run see it.

    `how` is what every start of it has.
    """

    engine: Engine
    lab: Lab
    id: str
    name: str
    run_id: str
    how: Start = HARDENED


def first_page(image: Image) -> tuple[Boot, Page]:
    """Start an image, wait for HTTP 200 at the lab's path; return the page too.

    Raises NeverAnswered.
    """
    serve = image.lab.serve
    wanted = _Request(serve.port, serve.path, 200, serve.timeout_seconds)
    boot, answer = _booted(image, Start(env=serve.env), wanted)
    assert boot.page_digest is not None
    types = [value for name, value in answer.headers if name.lower() == "content-type"]
    return boot, page_of(boot.page_digest, ", ".join(types), answer.body)


def another_start(image: Image, start: AnotherStart) -> Boot:
    """Start an image in another way; its first HTTP answer counts, and none is an answer too."""
    serve = image.lab.serve
    timeout_seconds = min(serve.timeout_seconds, 30)
    wanted = _Request(start.port or serve.port, start.path or serve.path, None, timeout_seconds)
    try:
        boot, _ = _booted(image, how_of(start), wanted)
    except NeverAnswered:
        return Boot(answered=False)
    return boot.model_copy(update={"answered": boot.status == start.status})


def how_of(start: AnotherStart) -> Start:
    """Return a start of lab.toml as the options of a container."""
    return Start(
        env=start.env,
        user=start.user,
        read_only=start.read_only,
        tmpfs=start.tmpfs,
        default_capabilities=start.default_capabilities,
    )


def behaviours(lab: Lab, starts: dict[str, Boot]) -> int | None:
    """Return how many different answers the starts with an environment gave.

    None without any, and where not each of them was tried.
    """
    names = {name for name, start in lab.starts.items() if start.env}
    if not names <= starts.keys():
        return None
    return len({starts[name].answer_digest for name in names} - {None}) or None


def _booted(image: Image, how: Start, wanted: _Request) -> tuple[Boot, Answer]:
    started = clock()
    try:
        how = image.how.with_more(how)
        container = image.engine.start(image.id, run_id=image.run_id, port=wanted.port, how=how)
    except EngineRefused as error:
        raise NeverAnswered(
            f"{image.lab.slug}: could not start the container of `{image.name}`: {error.what}",
            why="the image has no such command or user, or sets no command at all",
            next_step="fix CMD, ENTRYPOINT or USER in its Dockerfile",
        ) from None
    try:
        answer = _first_answer(image, container, wanted, started)
        seconds = clock() - started
        uid, capabilities = pid_1(image.engine, container, image.name)
    finally:
        image.engine.remove_container(container)
    boot = Boot(
        answered=True,
        status=answer.status,
        first_200=Timing(samples=(round(seconds, 3),)),
        uid=uid,
        capabilities=capabilities,
        page_digest=hashlib.sha256(answer.body).hexdigest(),
        answer_digest=answer.digest(),
    )
    return boot, answer


def _first_answer(image: Image, container: Container, wanted: _Request, started: float) -> Answer:
    """Return the first answer with the wanted status. Raises NeverAnswered."""
    engine = image.engine
    last = "nothing listened"
    left = wanted.timeout_seconds - (clock() - started)
    for _ in poll(left, every_seconds=0.02):
        port = engine.published_port(container, wanted.port)
        if port is None:
            end = engine.end(container)
            if end is not None:
                raise _ended(image, container, end)
            continue
        try:
            answer = get(port, wanted.path)
        except (OSError, http.client.HTTPException) as error:
            last = f"{type(error).__name__}: {error}"
            continue
        if wanted.status in (None, answer.status):
            return answer
        last = f"HTTP {answer.status}"
    raise _silent(image, container, wanted, last)


def _ended(image: Image, container: Container, end: End) -> NeverAnswered:
    """Return what is told of a container that ended instead of answering."""
    after = "after less than 0.1 s" if end.seconds < 0.1 else f"after {end.seconds:.1f} s"
    why = "its program ended by itself"
    if end.out_of_memory:
        why = f"it needed more than its limit of {HARDENED.memory} of memory"
    elif end.exit_code > 128:
        why = f"signal {end.exit_code - 128} ended it"
    return NeverAnswered(
        f"{image.lab.slug}: the container of `{image.name}` ended with exit code "
        f"{end.exit_code} {after}, before it answered. {_last_lines(image.engine, container)}",
        why=why,
        next_step="read its last lines above",
    )


def _silent(image: Image, container: Container, wanted: _Request, last: str) -> NeverAnswered:
    """Return what is told of a container that runs and does not answer as it should."""
    expected = f"HTTP {wanted.status}" if wanted.status else "with HTTP"
    found = listeners(image.engine, container)
    where = "it listens on no port"
    if found is None:
        where = "it is unknown where it listens: it has neither cat nor Python"
    elif found:
        where = f"inside the container it listens on {', '.join(found)}"
    ports = {_port(one) for one in found or ()}
    next_step, own = "", image.lab.is_own
    if found and wanted.port not in ports:
        next_step = f"make it listen on port {wanted.port}"
        if own:
            reachable = [one for one in found if not one.startswith(_LOOPBACK)] or found
            next_step = f"name the port that serves the page: --port {_port(reachable[0])}"
    elif own and last.startswith("HTTP "):
        next_step = "name a page that answers HTTP 200: --url-path PATH"
    elif found and all(one.startswith(_LOOPBACK) for one in found):
        next_step = (
            f"make it listen on 0.0.0.0:{wanted.port}: 127.0.0.1 is only reachable inside the "
            "container"
        )
    return NeverAnswered(
        f"{image.lab.slug}: the container of `{image.name}` did not answer {expected} at "
        f"{wanted.path} on port {wanted.port} within {wanted.timeout_seconds:.0f} s "
        f"({last}). {_last_lines(image.engine, container)}",
        why=where,
        next_step=next_step or "read its last lines above",
    )


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def _last_lines(engine: Engine, container: Container) -> str:
    return f"Its last lines:\n{engine.last_lines(container) or '(it printed nothing)'}"


def pid_1(engine: Engine, container: Container, name: str) -> tuple[int, int]:
    """Return the real uid and the number of effective capabilities of PID 1.

    The kernel tells both inside the container. Raises NeverAnswered when the container ended.
    """
    for argv in (["cat", "/proc/1/status"], ["python3", "-c", program("status")]):
        status = engine.exec_output(container, argv)
        fields = status_fields(status or "")
        if "Uid" in fields and "CapEff" in fields:
            return int(fields["Uid"].split()[0]), int(fields["CapEff"], 16).bit_count()
    raise NeverAnswered(
        f"{name}: the container answered and then ended, or has no way to read its PID 1"
    )


def status_fields(status: str) -> dict[str, str]:
    """Return the fields of a /proc/PID/status by name."""
    return dict(line.split(":", 1) for line in status.splitlines() if ":" in line)


def get(port: int, path: str) -> Answer:
    """Return the answer to one request to a container of ours, no proxy in between."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Answer(answer.status, tuple(answer.getheaders()), answer.read())
    finally:
        connection.close()
