"""`migrate` for a database whose folder does not exist yet."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    """Django's own, after making the folder of the default SQLite file."""

    def handle(self, *args: str, **options: Any) -> None:
        """Make the folder, then migrate."""
        database = connections[options["database"]].settings_dict["NAME"]
        if database == settings.DEFAULT_DATABASE_FILE:
            database.parent.mkdir(parents=True, exist_ok=True)
        super().handle(*args, **options)
