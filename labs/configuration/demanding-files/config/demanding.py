"""Settings that demand their key: without SECRET_KEY no command of the project runs."""

import os

from config.settings import *  # noqa: F403

SECRET_KEY = os.environ["SECRET_KEY"]
