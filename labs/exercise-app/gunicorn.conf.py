"""How gunicorn serves the timetable: `gunicorn app:app` in this folder reads it."""

import os
import secrets

from gunicorn.arbiter import Arbiter

bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4  # a slow visitor holds a thread, not a whole worker

# Workers show that they live by touching a file. On a disk a slow write would look like a hang.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# `docker stop` kills after ten seconds: be done well before, whatever a visitor still holds open.
graceful_timeout = 6

# gunicorn's control socket lies in the home folder, which a container's user may not have.
control_socket_disable = True

# All logs go to stdout, in one format.
access_log_format = '%(h)s "%(r)s" %(s)s %(b)s %(M)sms'
logconfig_dict = {
    "loggers": {
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
        "gunicorn.access": {"handlers": ["console"], "propagate": False},
    },
}


def on_starting(server: Arbiter) -> None:
    """Make one key for all workers: each with its own would refuse the others' cookies."""
    if not os.environ.get("SECRET_KEY"):
        server.log.warning("SECRET_KEY is not set: a random one serves until this process ends.")
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(32)
