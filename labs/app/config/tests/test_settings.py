"""The same code under several environments."""

import os
import runpy
import tempfile
from pathlib import Path
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from config import env, settings


def settings_under(**environment: str) -> dict:
    """Return the settings as a process with this environment and no other would see them."""
    with mock.patch.dict(os.environ, environment, clear=True):
        return runpy.run_path(settings.__file__)


class EmptyEnvironmentTest(SimpleTestCase):
    """A container that was told nothing."""

    def test_safe_defaults(self) -> None:
        values = settings_under()
        self.assertFalse(values["DEBUG"])
        self.assertEqual(values["ALLOWED_HOSTS"], ["localhost", "127.0.0.1", "[::1]"])
        self.assertTrue(values["SECURITY_HEADERS"])
        self.assertFalse(values["CSRF_COOKIE_SECURE"])

    def test_keys_are_random(self) -> None:
        self.assertNotEqual(settings_under()["SECRET_KEY"], settings_under()["SECRET_KEY"])

    def test_an_empty_variable_is_not_set(self) -> None:
        values = settings_under(DATABASE_URL="", DEBUG="", ALLOWED_HOSTS="", SECRET_KEY="")
        self.assertIn("sqlite3", values["DATABASES"]["default"]["ENGINE"])
        self.assertTrue(values["SECRET_KEY"])
        self.assertTrue(values["ALLOWED_HOSTS"])


class EnvironmentTest(SimpleTestCase):
    """What each variable changes."""

    def test_database_url(self) -> None:
        values = settings_under(DATABASE_URL="postgres://ada:secret@db:5433/guests")
        database = values["DATABASES"]["default"]
        self.assertEqual(database["ENGINE"], "django.db.backends.postgresql")
        self.assertEqual((database["HOST"], database["PORT"]), ("db", 5433))
        self.assertEqual((database["NAME"], database["USER"]), ("guests", "ada"))
        self.assertEqual(database["OPTIONS"], {"connect_timeout": 5})

    def test_debug(self) -> None:
        values = settings_under(DEBUG="1")
        self.assertTrue(values["DEBUG"])
        self.assertFalse(values["SECURITY_HEADERS"])
        self.assertNotIn("guestbook.middleware.SecurityHeadersMiddleware", values["MIDDLEWARE"])

    def test_hosts_and_origins(self) -> None:
        values = settings_under(
            ALLOWED_HOSTS="a.example, b.example", CSRF_TRUSTED_ORIGINS="https://a.example"
        )
        self.assertEqual(values["ALLOWED_HOSTS"], ["a.example", "b.example"])
        self.assertEqual(values["CSRF_TRUSTED_ORIGINS"], ["https://a.example"])

    def test_https(self) -> None:
        values = settings_under(
            SECURE_SSL_REDIRECT="on", SECURE_HSTS_SECONDS="3600", BEHIND_TLS_PROXY="yes"
        )
        self.assertTrue(values["SECURE_SSL_REDIRECT"])
        self.assertTrue(values["CSRF_COOKIE_SECURE"])
        self.assertTrue(values["SESSION_COOKIE_SECURE"])
        self.assertEqual(values["SECURE_HSTS_SECONDS"], 3600)
        self.assertEqual(values["SECURE_PROXY_SSL_HEADER"], ("HTTP_X_FORWARDED_PROTO", "https"))

    def test_log_level(self) -> None:
        self.assertEqual(settings_under(LOG_LEVEL="debug")["LOGGING"]["root"]["level"], "DEBUG")

    def test_a_typo_is_an_error(self) -> None:
        for variable in ({"DEBUG": "ture"}, {"SECURE_HSTS_SECONDS": "1h"}):
            with self.assertRaisesRegex(ImproperlyConfigured, next(iter(variable))):
                settings_under(**variable)


class DataFolderTest(SimpleTestCase):
    """Where the default database and the pictures go."""

    def setUp(self) -> None:
        self.project = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.dict(os.environ))
        os.environ.pop("DATA_DIR", None)

    def test_beside_the_code(self) -> None:
        self.assertEqual(env.data_dir(self.project), self.project / "data")
        self.assertFalse((self.project / "data").exists(), "reading settings must create nothing")

    def test_where_it_was_told(self) -> None:
        os.environ["DATA_DIR"] = "/srv/guests"
        self.assertEqual(env.data_dir(self.project), Path("/srv/guests"))

    def test_elsewhere_when_the_code_is_not_ours_to_write(self) -> None:
        # Patched, because root may write everywhere.
        def only_tmp(path: Path, _mode: int) -> bool:
            return Path(path) in (Path("/tmp"), Path("/tmp/guestbook"))

        with mock.patch("os.access", only_tmp):
            self.assertEqual(env.data_dir(self.project), Path("/tmp/guestbook"))
