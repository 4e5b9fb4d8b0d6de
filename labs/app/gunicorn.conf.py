"""How gunicorn serves the site: `gunicorn config.wsgi` in this folder reads it.

There is no shell in front of gunicorn: it is the process that `docker stop` speaks to, and an
image without a shell starts it just as well.
"""

import os
import secrets

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

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
loglevel = (os.environ.get("LOG_LEVEL") or "info").lower()
access_log_format = '%(h)s "%(r)s" %(s)s %(b)s %(M)sms'
logconfig_dict = {
    "loggers": {
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
        "gunicorn.access": {"handlers": ["console"], "propagate": False},
    },
}


def on_starting(server: Arbiter) -> None:
    """Prepare what the workers share, before the first of them is forked."""
    if not os.environ.get("SECRET_KEY"):
        # Made here, because a key of each worker's own would refuse the other workers' cookies.
        server.log.warning("SECRET_KEY is not set: a random one serves until this process ends.")
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    if not os.environ.get("DATABASE_URL"):
        migrate_default_database(server.log)


def migrate_default_database(log: Logger) -> None:
    """Create or update the tables of the default SQLite file.

    Nobody else would for a file that appears with the container. A database named by DATABASE_URL
    outlives it, and is migrated on purpose: `python manage.py migrate`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    log.warning("DATABASE_URL is not set: using %s.", settings.DEFAULT_DATABASE_FILE)
    call_command("migrate", interactive=False, verbosity=0)
    connections.close_all()  # SQLite connections must not cross a fork
