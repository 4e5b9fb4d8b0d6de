"""What several probes need: programs for inside a container, and a container that answers."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator
from dataclasses import replace

from advices.core import EngineRefused, NeverAnswered, poll
from advices.engine import Container, Engine, Start
from advices.probes.programs import program
from advices.probes.startup import get
from advices.probes.subject import Subject


def python(name: str, *words: str, executable: str = "python3") -> Start:
    """Return how a container is started that runs a program of ours and nothing else."""
    return Start(entrypoint=(executable,), command=("-c", program(name), *words))


def output(subject: Subject, how: Start, *, timeout_seconds: float = 300) -> str | None:
    """Return what `printed` returns of the subject's image."""
    image = str(subject.image.id)
    how = replace(how, printed_bytes=subject.how.printed_bytes)
    return printed(subject.engine, image, subject.run_id, how, timeout_seconds=timeout_seconds)


def printed(
    engine: Engine, image: str, run_id: str, how: Start, *, timeout_seconds: float = 300
) -> str | None:
    """Return the last line that a container of an image prints.

    None when it cannot start or fails: then there is no such Python in the image. Raises
    CommandFailed when it does not end in time.
    """
    try:
        done = engine.run_once(image, run_id=run_id, how=how, timeout_seconds=timeout_seconds)
    except EngineRefused:
        return None
    lines = done.stdout.splitlines()
    return lines[-1] if lines and done.exit_code == 0 else None


@contextlib.contextmanager
def answering(subject: Subject, how: Start) -> Iterator[Container]:
    """Give a container of the image that answers, and remove it at the end.

    Raises NeverAnswered when no HTTP answer comes within the lab's time limit.
    """
    serve = subject.lab.serve
    started = subject.how.with_more(replace(how, env={**serve.env, **how.env}))
    container = subject.engine.start(
        str(subject.image.id), run_id=subject.run_id, port=serve.port, how=started
    )
    try:
        for _ in poll(serve.timeout_seconds):
            port = subject.engine.published_port(container, serve.port)
            if port is not None and _answers(port, serve.path):
                break
        else:
            raise NeverAnswered(
                f"{subject.lab.slug}: `{subject.variant}` answered before, but did not answer "
                f"within {serve.timeout_seconds:.0f} s after it was started again"
            )
        yield container
    finally:
        subject.engine.remove_container(container)


def _answers(port: int, path: str) -> bool:
    try:
        return get(port, path).status == 200
    except (OSError, http.client.HTTPException):
        return False
