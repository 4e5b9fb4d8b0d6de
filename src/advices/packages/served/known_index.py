"""proxpi with one page more: by it the toolkit that started this index knows it again.

It ends by itself when no run needs it any more, also when the last one was killed.
"""

import fcntl
import hashlib
import hmac
import os
import signal
import threading

from proxpi import server  # type: ignore[import-untyped]

_ASK_SECONDS = 5


def known(challenge: str) -> str:
    """Return this process's id and the proof that it was given the token."""
    pid = os.getpid()
    token = os.environ["ADVICES_INDEX_TOKEN"].encode()
    return f"{pid} {hmac.digest(token, f'{challenge} {pid}'.encode(), hashlib.sha256).hex()}"


def end_when_nobody_needs_it() -> None:
    """Wait until no run holds the lock, then end this process with the lock in its hand.

    So a run that begins in that moment waits for the end, and starts another index.
    """
    lock = os.open(os.environ["ADVICES_INDEX_LOCK"], os.O_RDWR)
    while True:
        threading.Event().wait(_ASK_SECONDS)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        os.kill(os.getpid(), signal.SIGTERM)
        return


app = server.app
app.add_url_rule("/docker-advices/<challenge>", view_func=known)
threading.Thread(target=end_when_nobody_needs_it, daemon=True).start()
