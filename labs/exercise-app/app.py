"""The timetable of a bus stop: a page, a form that remembers a line, and the next bus as JSON."""

import csv
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request, session
from flask.typing import ResponseReturnValue


@dataclass(frozen=True)
class Departure:
    """A bus that leaves the stop each day. `time` is HH:MM, so that times sort as text."""

    time: str
    line: str
    destination: str


def read_departures(file: Path) -> list[Departure]:
    """Return the departures of a CSV file with the columns time, line, destination, by time."""
    with file.open(encoding="utf-8", newline="") as lines:
        return sorted((Departure(**row) for row in csv.DictReader(lines)), key=lambda d: d.time)


DEPARTURES = read_departures(Path(__file__).with_name("timetable.csv"))
LINES = sorted({departure.line for departure in DEPARTURES})

app = Flask(__name__)
app.config.update(
    # Signs the cookie that remembers a line. gunicorn.conf.py makes one for all workers.
    SECRET_KEY=os.environ.get("SECRET_KEY") or secrets.token_urlsafe(32),
    SESSION_COOKIE_SAMESITE="Lax",
    MAX_CONTENT_LENGTH=16 * 1024,
    STOP_NAME=os.environ.get("STOP_NAME") or "Harbour Square",
)


@app.get("/")
def stop() -> ResponseReturnValue:
    """Show the timetable; to somebody who chose a line, that line only."""
    chosen = session.get("line")
    departures = [d for d in DEPARTURES if chosen in (None, d.line)]
    return render_template("stop.html", departures=departures, lines=LINES, chosen=chosen)


@app.post("/line")
def choose_line() -> ResponseReturnValue:
    """Remember the line of a form, or forget it if the form names none."""
    line = request.form.get("line", "")
    if line and line not in LINES:
        abort(400, "there is no such line")
    if line:
        session["line"] = line
    else:
        session.pop("line", None)
    return redirect("/", code=303)


@app.get("/next")
def next_bus() -> ResponseReturnValue:
    """Return the first bus at or after the time `after`; the first of the day after the last."""
    after = request.args.get("after", "00:00")
    departure = next((d for d in DEPARTURES if d.time >= after), DEPARTURES[0])
    return jsonify(stop=app.config["STOP_NAME"], **vars(departure))


@app.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Say that the service answers."""
    return Response("ok\n", mimetype="text/plain")


@app.context_processor
def stop_name() -> dict[str, Any]:
    """Give every page the name of the stop."""
    return {"stop_name": app.config["STOP_NAME"]}
