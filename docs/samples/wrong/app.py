"""A page, and an answer in JSON."""

import signal
import sys

from bottle import Bottle, run

app = Bottle()


@app.get("/")
def home() -> str:
    """Return the page."""
    return "<h1>Hello</h1>\n"


@app.get("/health")
def health() -> dict[str, bool]:
    """Return that it is well."""
    return {"ok": True}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    run(app, host="0.0.0.0", port=8080)
