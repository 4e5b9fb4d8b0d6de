"""Settings for the work on the code. They were never meant to leave the developer's machine."""

from config.settings import MIDDLEWARE
from config.with_search import *  # noqa: F403

DEBUG = True
ALLOWED_HOSTS = ["*"]
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SECURE = False
CSRF_COOKIE_SAMESITE = None
SECURE_CONTENT_TYPE_NOSNIFF = False
SECURE_REFERRER_POLICY = None
SECURE_CROSS_ORIGIN_OPENER_POLICY = None

_OUT = ("clickjacking", "guestbook.middleware.SecurityHeaders")
MIDDLEWARE = [name for name in MIDDLEWARE if not any(part in name for part in _OUT)]
