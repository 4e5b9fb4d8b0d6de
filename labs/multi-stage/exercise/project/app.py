"""The lost property office: what was found on the buses, from a MariaDB where one is named."""

import os
from collections.abc import Callable, Iterable

import MySQLdb

SAMPLE = (("umbrella, black", "line 7"), ("scarf, red", "line 12"), ("trumpet", "line 31"))
Environ = dict[str, object]


def found() -> Iterable[tuple[str, str]]:
    """Return what was found and where. Without DATABASE_HOST a fixed list is shown."""
    host = os.environ.get("DATABASE_HOST")
    if not host:
        return SAMPLE
    connection = MySQLdb.connect(
        host=host,
        user=os.environ.get("DATABASE_USER", "office"),
        password=os.environ.get("DATABASE_PASSWORD", ""),
        database=os.environ.get("DATABASE_NAME", "office"),
        connect_timeout=5,
    )
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT thing, place FROM found ORDER BY id")
        return cursor.fetchall()
    finally:
        connection.close()


def app(environ: Environ, start_response: Callable[..., object]) -> list[bytes]:
    """Answer every request with the list, as plain text."""
    text = "Found on our buses:\n" + "".join(f"- {thing} ({place})\n" for thing, place in found())
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode()]
