"""Images whose page does not come, on a real engine: each says why, and its container is gone."""

from __future__ import annotations

import secrets

import pytest
from engine_project import GOOD, Project
from scan_targets import docker

from advices.core import NeverAnswered
from advices.engine import RUN_LABEL, BuildOrder, connect
from advices.lab import labfile
from advices.probes import startup

pytestmark = pytest.mark.engine

BASE = "FROM python:3.14-slim\n"
SILENT = f'{BASE}CMD ["sh", "-c", "echo I wait; sleep 60"]\n'
LOOPBACK = GOOD.replace('"8000"', '"8000", "--bind", "127.0.0.1"')
NO_ANSWER = "did not answer HTTP 200 at /index.html on port 8000 within 6 s ("


@pytest.mark.parametrize(
    ("dockerfile", "says"),
    [
        (SILENT, (NO_ANSWER, "Its last lines:\nI wait")),
        (
            f'{BASE}CMD ["python", "-c", "print(\'the end\')"]\n',
            ("ended with exit code 0 after ", " s, before it answered. Its last lines:\nthe end"),
        ),
        (
            LOOPBACK,
            (NO_ANSWER, "inside the container it listens on 127.0.0.1:8000", "0.0.0.0:8000"),
        ),
        (
            GOOD.replace('"python"', '"pyton"'),
            ("could not start the container of `good`: ", "pyton"),
        ),
        (f"{BASE}USER nobody-knows\n", ("could not start the container", "nobody-knows")),
    ],
    ids=["silent", "ends", "loopback", "no-program", "no-user"],
)
def test_a_page_that_does_not_come(
    tiny: Project, slim_stand_in: str, dockerfile: str, says: tuple[str, ...]
) -> None:
    engine, run_id = connect(), f"test-startup-{secrets.token_hex(4)}"
    tiny.write("labs/tiny/good.Dockerfile", dockerfile)
    toml = tiny.read("labs/tiny/lab.toml")
    tiny.write("labs/tiny/lab.toml", toml.replace("timeout_seconds = 30", "timeout_seconds = 6"))
    lab = labfile.read(tiny.root / "labs", "tiny")
    order = BuildOrder(
        dockerfile=lab.dockerfile("good"),
        context=lab.context,
        tag=f"docker-advices-run/{run_id}:good",
        bases={"python:3.14-slim": slim_stand_in},
        run_id=run_id,
    )
    try:
        engine.build(order)
        with pytest.raises(NeverAnswered) as raised:
            startup.first_page(startup.Image(engine, lab, order.tag, "good", run_id))
        told = "\n".join([raised.value.what, raised.value.why, raised.value.next_step])
        assert all(words in told for words in says), told
        assert raised.value.next_step
        assert docker("ps", "--all", "--quiet", f"--filter=label={RUN_LABEL}={run_id}") == ""
    finally:
        engine.remove_run(run_id)
