"""How gunicorn serves the list: `gunicorn app:app` in this folder reads it."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
worker_tmp_dir = "/dev/shm"
graceful_timeout = 6
control_socket_disable = True
