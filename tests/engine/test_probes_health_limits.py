"""The probes of health and limits on tiny images: a check and a hang, what a container writes."""
# ruff: noqa: F401, F811  # the fixtures `make` and `said` are imported

from __future__ import annotations

import pytest
from probed_images import SERVES, Make, make, said

from advices.probes import health, limits

pytestmark = pytest.mark.engine

# The kernel takes lines for a server that hangs, as many as its queue holds.
ONE_AT_A_TIME = (
    'RUN sed -i "s/http.server.ThreadingHTTPServer):/http.server.HTTPServer):'
    '\\n    request_queue_size = 128/" app.py\n'
)
ASKS = "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/', timeout=2)"
KNOCKS = "import socket; socket.create_connection(('127.0.0.1', 8000), 2)"
TIMES = "--timeout=3s --start-period=9s --start-interval=1s"
CHECK = f'HEALTHCHECK {TIMES} CMD ["python", "-c", "{{0}}"]\n'


def healthy(make: Make, dockerfile: str) -> tuple[str, str, bool]:
    """Return the health soon after the start and while it hangs, and whether it answers then."""
    values = health.probe(make(dockerfile)).values
    return str(values["health"]), str(values["health_hung"]), bool(values["answers_hung"])


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer for a healthy container: other tests keep the machine busy."""
    monkeypatch.setattr(health, "_SOON_SECONDS", 60.0)


@pytest.mark.usefixtures("patient")
def test_a_check_that_asks_for_the_page_notices_a_hang(make: Make) -> None:
    one = SERVES.replace("CMD", ONE_AT_A_TIME + "CMD") + CHECK.format(ASKS)
    assert healthy(make, one) == ("healthy", "unhealthy", False)


@pytest.mark.usefixtures("patient")
def test_a_check_that_knocks_notices_nothing(make: Make) -> None:
    one = SERVES.replace("CMD", ONE_AT_A_TIME + "CMD") + CHECK.format(KNOCKS)
    assert healthy(make, one) == ("healthy", "healthy", False)


def test_a_check_that_the_image_cannot_run_is_never_healthy(make: Make) -> None:
    wrong = "HEALTHCHECK --start-period=9s --start-interval=1s CMD curl -f http://localhost:8000/\n"
    assert healthy(make, SERVES + wrong) == ("starting", "never healthy", True)


def test_without_a_check_there_is_no_health(make: Make) -> None:
    assert healthy(make, SERVES)[:2] == ("no check", "no check")


def test_what_a_container_writes_is_counted_but_in_memory(make: Make) -> None:
    writes = "RUN sed -i \"s|^server = |open('PLACE', 'w').close()\\n&|\" app.py\n"
    # Root's Python would leave bytecode.
    writes += "ENV PYTHONDONTWRITEBYTECODE=1\n"
    in_memory = SERVES.replace("CMD", writes.replace("PLACE", "/tmp/note") + "CMD")
    found = limits.probe(make(in_memory))
    assert found.values["paths_written"] == 0
    # No form: nobody uploads, and nothing is said of it.
    assert "uploads_lost" not in found.values
    assert found.values["rest_bytes"] > found.values["worker_bytes"] - 1 > 1_000_000
    in_its_layer = SERVES.replace("CMD", writes.replace("PLACE", "/srv/note") + "CMD")
    assert limits.probe(make(in_its_layer)).values["paths_written"] == 2  # the file, its folder
