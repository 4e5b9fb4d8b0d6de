"""The build's own record: a recorded stream of buildx 0.13, and made-up ones for the rest."""

from __future__ import annotations

import base64
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from advices.engine.build_log import BuildLog

# A real stream, shortened. Its objects stand over many lines, as buildx 0.13 writes them.
RECORDED = (Path(__file__).parent / "data" / "build.rawjson").read_text("utf-8")
OBJECTS = [json.loads(part + "}") for part in ("\n" + RECORDED).split("\n}\n")[:-1]]
SHAPES = {
    "many lines": RECORDED.splitlines(keepends=True),
    "one line": [json.dumps(one) + "\n" for one in OBJECTS],
    "one line, no spaces": [json.dumps(one, separators=(",", ":")) + "\n" for one in OBJECTS],
    "garbage between": [
        x
        for one in OBJECTS
        for x in ("time=1 level=warning\n", "\n", "{broken\n", "[1]\n", json.dumps(one) + "\n")
    ],
}


def fed(*records: dict[str, Any] | str, **settings: Any) -> BuildLog:
    log = BuildLog(**settings)
    for record in records:
        log.feed(record if isinstance(record, str) else json.dumps(record) + "\n")
    return log


def vertex(name: str, second: int = 1, **more: Any) -> dict[str, Any]:
    """Return the record of a step that took one second, beginning at `second`."""
    moment = "2026-01-02T03:04:{:02}.5Z".format
    times = {"started": moment(second), "completed": moment(second + 1)}
    return {"vertexes": [{"digest": f"sha256:{name}", "name": name, **times, **more}]}


def log_of(name: str, text: str) -> dict[str, Any]:
    data = base64.b64encode(text.encode()).decode()
    return {"logs": [{"vertex": f"sha256:{name}", "stream": 2, "data": data}]}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_recorded_build(shape: str) -> None:
    log = fed(*SHAPES[shape])
    assert [(step.name, step.cached) for step in log.steps()] == [
        ("COPY a.txt .", False),
        ("RUN python -c \"print('hi')\"", False),
    ]
    # 26.335581796 to 26.533143326, of which microseconds count.
    assert log.steps()[1].seconds == pytest.approx(0.197562, abs=1e-6)
    assert log.failed_step() is None
    assert log.running_step() is None


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_stream_that_breaks_off_keeps_what_was_whole(cut: int) -> None:
    lines = RECORDED.splitlines(keepends=True)
    log = fed(*lines[: -cut * 8])
    assert len(log.steps()) <= 2
    assert log.other_lines == []


def test_what_is_no_record_is_kept_as_text() -> None:
    log = fed("ERROR: failed to solve: x\n", "{not json}\n", "\n", "   \n", '"text"\n')
    assert log.other_lines == ["ERROR: failed to solve: x", "{not json}", '"text"']
    assert log.error_text() == 'ERROR: failed to solve: x\n{not json}\n"text"'


def test_a_record_broken_by_another_line_does_not_hide_the_next() -> None:
    log = fed("{\n", ' "vertexes": [\n', "WARN: something\n", "}\n", vertex("[2/2] RUN x"))
    assert [step.name for step in log.steps()] == ["RUN x"]
    assert "WARN: something" in log.error_text()


def test_cached_steps_took_no_time() -> None:
    log = fed(vertex("[2/3] RUN a", cached=True), vertex("[3/3] RUN b"))
    assert [(s.cached, s.seconds) for s in log.steps()] == [(True, 0.0), (False, 1.0)]


def test_a_step_stays_cached_when_it_is_sent_again() -> None:
    log = fed(vertex("[2/2] RUN a", cached=True), vertex("[2/2] RUN a"))
    assert log.steps()[0].cached


@pytest.mark.parametrize(
    "name",
    [
        "[1/4] FROM docker.io/library/python:3.14-slim",
        "[base 1/3] FROM python:3.14-slim",
        "[2/4] WORKDIR /app",
        "[internal] load build context",
        "[context python:3.14-slim] load metadata for x",
        "exporting to image",
        "[auth] library/python:pull",
    ],
)
def test_what_runs_nothing_is_no_step(name: str) -> None:
    assert fed(vertex(name)).steps() == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[2/4] RUN pip install", "RUN pip install"),
        ("[builder 2/4] RUN pip install", "RUN pip install"),
        ("[stage-1  2/14] RUN pip install", "RUN pip install"),
        ("[ 2/14] RUN pip install", "RUN pip install"),
        ("[2/4] RUN a &&     b\n  && c", "RUN a && b && c"),
    ],
)
def test_the_name_of_a_step(name: str, shown: str) -> None:
    assert [step.name for step in fed(vertex(name)).steps()] == [shown]


def test_a_step_that_did_not_end_is_none() -> None:
    log = fed(vertex("[2/3] RUN a"), vertex("[3/3] RUN b", completed=None))
    assert [step.name for step in log.steps()] == ["RUN a"]
    assert log.running_step() == "[3/3] RUN b"


@pytest.mark.parametrize(
    ("more", "running"),
    [
        ({"completed": None}, "[2/2] RUN x"),
        ({"error": "context canceled: context canceled"}, "[2/2] RUN x"),
        ({"error": "exit code: 1"}, None),
        ({"cached": True}, None),
    ],
)
def test_the_step_that_a_build_was_in(more: dict[str, Any], running: str | None) -> None:
    begun = vertex("[internal] load build context", completed=None)
    assert fed(begun, vertex("[1/2] COPY . ."), vertex("[2/2] RUN x", **more)).running_step() == (
        running
    )


def test_steps_stand_in_the_order_of_their_numbers() -> None:
    names = [f"[{number}/11] RUN {number}" for number in (10, 2, 11, 9)]
    log = fed(*map(vertex, names))
    assert [step.name for step in log.steps()] == ["RUN 2", "RUN 9", "RUN 10", "RUN 11"]


# Two stages that BuildKit may build side by side, and a last one that copies from both.
STAGES = {
    "[css 2/2] RUN css": [],
    "[wheels 2/3] RUN a": [],
    "[wheels 3/3] RUN b": ["sha256:[wheels 2/3] RUN a"],
    "[stage-2 2/3] COPY --from=wheels": ["sha256:[wheels 3/3] RUN b"],
    "[stage-2 3/3] COPY --from=css": [
        "sha256:[stage-2 2/3] COPY --from=wheels",
        "sha256:[css 2/2] RUN css",
    ],
}


def reported(order: tuple[str, ...]) -> list[str]:
    log = fed(*(vertex(name, inputs=STAGES[name]) for name in order))
    return [step.name for step in log.steps()]


def test_the_steps_of_a_stage_stay_together() -> None:
    for order in itertools.permutations(STAGES):
        names = reported(order)
        assert names.index("RUN b") == names.index("RUN a") + 1
        assert names.index("COPY --from=css") == names.index("COPY --from=wheels") + 1


def test_the_order_of_stages_does_not_depend_on_the_report() -> None:
    found = {tuple(reported(order)) for order in itertools.permutations(STAGES)}
    assert len(found) == 1
    assert found.pop()[-2:] == ("COPY --from=wheels", "COPY --from=css")


def test_the_step_that_failed_with_its_last_lines() -> None:
    broken = "[3/4] RUN pip install"
    log = fed(
        log_of(broken, "first\n"),
        *[log_of(broken, f"line {n}\n") for n in range(20)],
        log_of(broken, "caf\xe9: no such package\n"),
        vertex(broken, error="process did not complete successfully: exit code: 1"),
    )
    name, tail = log.failed_step() or ("", "")
    assert name == broken
    assert tail.splitlines() == [f"line {n}" for n in range(9, 20)] + ["caf\xe9: no such package"]


def test_a_step_that_was_called_off_did_not_fail() -> None:
    log = fed(
        vertex("[a 2/2] RUN long", error="context canceled: context canceled"),
        vertex("[b 2/2] RUN broken", error="exit code: 1"),
    )
    assert (log.failed_step() or ("",))[0] == "[b 2/2] RUN broken"


def test_a_long_log_is_not_kept_whole() -> None:
    name = "[2/2] RUN chatty"
    log = fed(*[log_of(name, "x" * 9_999 + "\n") for _ in range(10)], log_of(name, "the end\n"))
    kept = log.vertexes[f"sha256:{name}"].log
    assert len(kept) == 20_000
    assert kept.endswith(b"the end\n")


def test_each_step_is_announced_once_as_it_begins() -> None:
    heard: list[str] = []
    begun = vertex("[2/3] RUN a  &&  b", completed=None)
    fed(
        {"vertexes": [{"digest": "sha256:[2/3] RUN a  &&  b", "name": "[2/3] RUN a  &&  b"}]},
        begun,
        begun,
        vertex("[2/3] RUN a  &&  b"),
        vertex("[internal] load build context"),
        vertex("[3/3] RUN " + "y" * 200),
        on_step=heard.append,
    )
    assert heard == ["[2/3] RUN a && b", ("[3/3] RUN " + "y" * 200)[:100]]


@pytest.mark.parametrize(
    ("started", "completed", "seconds"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", 1.0),
        ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.75Z", 0.25),
        ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123457999Z", 1e-6),
        ("2026-01-02T03:04:05+01:00", "2026-01-02T02:04:07.000000001Z", 2.0),
        ("2026-01-02T03:04:06Z", "2026-01-02T03:04:05Z", 0.0),
    ],
)
def test_seconds_between_timestamps_of_go(started: str, completed: str, seconds: float) -> None:
    log = fed(vertex("[2/2] RUN a", started=started, completed=completed))
    assert log.steps()[0].seconds == pytest.approx(seconds)


@pytest.mark.parametrize("field", ["vertexes", "logs"])
def test_null_in_place_of_a_list(field: str) -> None:
    assert fed({field: None}).steps() == ()


def test_a_clock_that_steps_back_during_a_step_makes_no_time_negative() -> None:
    back = {"started": "2026-01-02T03:04:05Z", "completed": "2026-01-02T02:04:05Z"}
    (step,) = fed(vertex("[1/1] RUN true", **back)).steps()
    assert step.seconds == 0


def test_a_step_that_printed_something_runs_and_one_that_only_began_may_come_from_the_cache() -> (
    None
):
    copy, run = "[2/3] COPY . .", "[3/3] RUN pip install x"
    log = fed(vertex("[1/3] WORKDIR /app"), vertex(copy), vertex(run, completed=None))
    assert log.steps_run == 1
    for record in (log_of(run, "Collecting x"), vertex(run, error="context canceled")):
        log.feed(json.dumps(record))
        assert log.steps_run == 2
        assert [step.name for step in log.steps()] == ["COPY . .", "RUN pip install x"]
    assert fed(vertex(copy, cached=True)).steps_run == 0
    assert fed(vertex(copy, error="context canceled")).steps_run == 0
