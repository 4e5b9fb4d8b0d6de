"""The lost property office: a list of what was found, and a form that asks for something."""

import os
import secrets

from flask import Flask, Response, render_template, request, session
from flask.typing import ResponseReturnValue

FOUND = ("a blue umbrella", "one left glove", "a bicycle bell", "an umbrella with a duck's head")
PRODUCTION = os.environ.get("APP_ENV") == "production"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ.get("SECRET_KEY") or secrets.token_urlsafe(32),
    SESSION_COOKIE_HTTPONLY=PRODUCTION,
    SESSION_COOKIE_SECURE=os.environ.get("COOKIES_SECURE") != "no",
)


@app.get("/")
def office() -> ResponseReturnValue:
    """Show what was found; with words, only what they fit."""
    words = request.args.get("words", "")
    session["words"] = words
    found = [thing for thing in FOUND if words in thing]
    return render_template("office.html", words=words, found=found)


@app.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Say that the office is open."""
    return Response("ok\n", mimetype="text/plain")


@app.after_request
def with_headers(response: Response) -> Response:
    """Add the security headers, in production only."""
    if PRODUCTION:
        response.headers.update(HEADERS)
    return response
