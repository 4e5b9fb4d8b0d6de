"""The form, from the browser's side."""

from django.conf import settings
from django.test import Client
from django.urls import reverse

from guestbook.models import Entry
from guestbook.tests import support
from guestbook.tests.support import SiteTestCase


class SigningTest(SiteTestCase):
    """Signing the book."""

    def sign(self, **fields):
        """Send the form and follow where it leads."""
        form = {"name": "Ada", "message": "Lovely place"} | fields
        return self.client.post(reverse("sign"), form, follow=True)

    def test_form_is_shown_with_its_token(self) -> None:
        self.assertContains(self.client.get("/sign/"), "csrfmiddlewaretoken")

    def test_entry_appears_with_thanks_said_once(self) -> None:
        page = self.sign()
        self.assertRedirects(page, "/")
        self.assertContains(page, "Lovely place")
        self.assertContains(page, "Thank you, Ada")
        self.assertNotContains(self.client.get("/"), "Thank you")

    def test_missing_message_is_pointed_out(self) -> None:
        page = self.sign(message="")
        self.assertContains(page, "This field is required")
        self.assertFalse(Entry.objects.exists())

    def test_post_without_token_is_refused(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        with self.assertLogs("django.security.csrf", "WARNING"):
            response = strict.post("/sign/", {"name": "Ada", "message": "hi"})
        self.assertEqual(response.status_code, 403)

    def test_picture_is_kept_and_served(self) -> None:
        page = self.sign(picture=support.upload(support.picture(), "../../my holiday.png"))
        entry = Entry.objects.get()
        self.assertRegex(entry.picture.name, r"^[0-9a-f]{32}\.jpg$")
        self.assertEqual((entry.picture_width, entry.picture_height), (320, 240))
        self.assertContains(page, f'src="{entry.picture.url}" width="320" height="240"')
        sent = self.client.get(entry.picture.url)
        self.assertEqual(sent.status_code, 200)
        self.assertEqual(sent["Content-Type"], "image/jpeg")
        self.assertEqual(sent["X-Content-Type-Options"], "nosniff")
        self.assertTrue(b"".join(sent.streaming_content).startswith(b"\xff\xd8"))

    def test_file_that_is_no_picture_is_refused(self) -> None:
        page = self.sign(picture=support.upload(b"<svg onload='alert()'/>", "fine.png"))
        self.assertContains(page, "Choose a picture")
        self.assertFalse(Entry.objects.exists())
        self.assertFalse(settings.MEDIA_ROOT.exists())

    def test_pictures_that_are_not_there(self) -> None:
        for name in ("0" * 32 + ".jpg", "../guestbook.sqlite3", "%2e%2e/guestbook.sqlite3"):
            self.assertEqual(self.client.get(f"/media/{name}").status_code, 404, name)
