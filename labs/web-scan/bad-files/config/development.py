"""Settings for the work on the code. They were never meant to leave the developer's machine."""

from config.with_search import *  # noqa: F403
from config.with_search import MIDDLEWARE

DEBUG = True
ALLOWED_HOSTS = ["*"]
SESSION_COOKIE_HTTPONLY = False
SESSION_COOKIE_SAMESITE = None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SECURE_CONTENT_TYPE_NOSNIFF = False
SECURE_REFERRER_POLICY = None
SECURE_CROSS_ORIGIN_OPENER_POLICY = None

_OUT = ("clickjacking", "guestbook.middleware.SecurityHeaders")
MIDDLEWARE = [name for name in MIDDLEWARE if not any(part in name for part in _OUT)]
