"""The shipped settings, with the pictures in the database as well."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "stored"]
STORAGES = STORAGES | {"default": {"BACKEND": "stored.storage.DatabaseStorage"}}
