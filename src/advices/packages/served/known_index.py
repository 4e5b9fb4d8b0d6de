"""proxpi with one page more: by it the toolkit that started this index knows it again."""

import hashlib
import hmac
import os

from proxpi import server  # type: ignore[import-untyped]


def known(challenge: str) -> str:
    """Return this process's id and the proof that it was given the token."""
    pid = os.getpid()
    token = os.environ["ADVICES_INDEX_TOKEN"].encode()
    return f"{pid} {hmac.digest(token, f'{challenge} {pid}'.encode(), hashlib.sha256).hex()}"


app = server.app
app.add_url_rule("/docker-advices/<challenge>", view_func=known)
