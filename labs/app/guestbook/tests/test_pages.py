"""The pages that only read."""

import tempfile
from pathlib import Path
from unittest import mock

from django.core.management import call_command
from django.db import OperationalError
from django.test import override_settings

from guestbook.models import Entry
from guestbook.tests.support import SiteTestCase
from guestbook.views import ENTRIES_PER_PAGE


class EntriesTest(SiteTestCase):
    """The list of entries."""

    def test_fresh_page_is_the_same_twice_and_sets_no_cookie(self) -> None:
        first, second = self.client.get("/"), self.client.get("/")
        self.assertEqual(first.status_code, 200)
        self.assertEqual(first.content, second.content)
        self.assertFalse(first.cookies)
        self.assertContains(first, "still empty")
        self.assertNotContains(first, "csrf")

    def test_newest_first(self) -> None:
        Entry.objects.create(name="Ada", message="one")
        Entry.objects.create(name="Grace", message="two")
        page = self.client.get("/").content.decode()
        self.assertLess(page.index("Grace"), page.index("Ada"))

    def test_markup_in_an_entry_is_shown_not_run(self) -> None:
        Entry.objects.create(name="<b>Eve</b>", message="<script>alert()</script>")
        page = self.client.get("/")
        self.assertContains(page, "&lt;b&gt;Eve")
        self.assertNotContains(page, "<script>")

    def test_many_entries_fill_several_pages(self) -> None:
        Entry.objects.bulk_create(
            Entry(name=f"Guest {number:02}", message="hi") for number in range(ENTRIES_PER_PAGE + 1)
        )
        self.assertContains(self.client.get("/"), "Page 1 of 2")
        self.assertContains(self.client.get("/?page=2"), "Guest 00")
        self.assertContains(self.client.get("/?page=nonsense"), "Page 1 of 2")

    def test_only_reading_is_allowed(self) -> None:
        self.assertEqual(self.client.post("/").status_code, 405)


class HealthTest(SiteTestCase):
    """The address that a probe asks."""

    def test_ok(self) -> None:
        response = self.client.get("/healthz")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json(), {"status": "ok", "database": "ok"})
        self.assertIn("no-store", response["Cache-Control"])

    def test_silent_database_is_503(self) -> None:
        with (
            mock.patch("guestbook.views.connection.cursor", side_effect=OperationalError("down")),
            self.assertLogs("guestbook.views", "ERROR"),
        ):
            response = self.client.get("/healthz")
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.json()["status"], "error")

    def test_probe_by_address_and_port(self) -> None:
        response = self.client.get("/healthz", headers={"host": "127.0.0.1:49153"})
        self.assertEqual(response.status_code, 200)

    @override_settings(SECURE_SSL_REDIRECT=True)
    def test_https_is_for_visitors_not_for_the_probe(self) -> None:
        self.assertEqual(self.client.get("/").status_code, 301)
        self.assertEqual(self.client.get("/healthz").status_code, 200)


class ShellTest(SiteTestCase):
    """What surrounds every page."""

    def test_security_headers(self) -> None:
        response = self.client.get("/")
        self.assertIn("default-src 'none'", response["Content-Security-Policy"])
        self.assertEqual(response["X-Content-Type-Options"], "nosniff")
        self.assertEqual(response["X-Frame-Options"], "DENY")

    def test_unknown_address(self) -> None:
        self.assertContains(self.client.get("/nowhere"), "no such page", status_code=404)

    def test_too_large_a_request_is_refused_unread(self) -> None:
        with override_settings(MAX_REQUEST_BYTES=10):
            response = self.client.post("/sign/", {"name": "Ada", "message": "much too long"})
        self.assertEqual(response.status_code, 413)

    def test_collected_static_files_carry_a_hash(self) -> None:
        root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        storages = {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        }
        with override_settings(STATIC_ROOT=root, STORAGES=storages):
            call_command("collectstatic", interactive=False, verbosity=0)
            page = self.client.get("/")
            [address] = [part for part in page.content.decode().split('"') if ".css" in part]
            self.assertRegex(address, r"^/static/guestbook/style\.[0-9a-f]{12}\.css$")
            style = self.client.get(address)
            self.assertIn(b"color-scheme", b"".join(style.streaming_content))
        self.assertEqual(style.status_code, 200)
        self.assertIn("immutable", style["Cache-Control"])
