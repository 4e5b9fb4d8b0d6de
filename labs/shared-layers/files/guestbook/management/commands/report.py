"""`report`: the entries as a spreadsheet, for those who do not read websites."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from guestbook.models import Entry
from openpyxl import Workbook


class Command(BaseCommand):
    """Write one row for every entry."""

    help = "Writes all entries to an .xlsx file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name of the file."""
        parser.add_argument("file", nargs="?", default="/tmp/report.xlsx")

    def handle(self, *args: str, **options: Any) -> None:
        """Write the file."""
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Entries")
        sheet.append(["Name", "Message"])
        for entry in Entry.objects.all():
            sheet.append([entry.name, entry.message])
        book.save(options["file"])
