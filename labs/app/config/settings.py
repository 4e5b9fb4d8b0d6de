"""Settings of the site. Everything that differs between two places is an environment variable."""

from pathlib import Path

import dj_database_url
from django.core.management.utils import get_random_secret_key

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir(BASE_DIR)

DEBUG = env.flag("DEBUG")

# Without SECRET_KEY each process makes its own, so that collectstatic runs in a build that knows
# no secret. gunicorn.conf.py makes one for all its workers. Cookies end with the key.
SECRET_KEY = env.text("SECRET_KEY") or get_random_secret_key()

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guestbook",
]

# A proxy in front may set these headers itself. Django's error page needs inline styles, which
# they forbid, so DEBUG leaves them out.
SECURITY_HEADERS = env.flag("SECURITY_HEADERS", default=not DEBUG)

# The headers come before WhiteNoise, so that static files carry them too. The size of a request
# is looked at before CSRF protection, which reads the whole body.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    *(
        [
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "guestbook.middleware.SecurityHeadersMiddleware",
        ]
        if SECURITY_HEADERS
        else []
    ),
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guestbook.middleware.RequestSizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database: DATABASE_URL, or a SQLite file to try the site out.
DATABASE_URL = env.text("DATABASE_URL")
DEFAULT_DATABASE_FILE = DATA_DIR / "guestbook.sqlite3"
if DATABASE_URL:
    DATABASES = {
        "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    }
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DEFAULT_DATABASE_FILE}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Without a limit /healthz would wait for a silent database as long as the network does.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Static files: collectstatic copies them into STATIC_ROOT under names that carry a hash of the
# content, and compresses them; WhiteNoise serves them with a far expiry date.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Our own pages alone use these files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_URL = "media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A request larger than this is refused unread. Django keeps smaller ones in memory, so that an
# upload needs no writable /tmp.
MAX_REQUEST_BYTES = 6 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_REQUEST_BYTES

# Messages travel in a signed cookie: the site needs no session and no table for one.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# HTTPS, where a proxy or the platform provides it.
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT")
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # a probe asks the container itself, over plain HTTP
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS")
SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_PRELOAD")
if env.flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_SECURE = env.flag("COOKIES_SECURE", default=SECURE_SSL_REDIRECT)
# No practical protection, as Django's documentation says; but scanners ask for it.
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE  # the cookie of the messages follows it
SECURE_CONTENT_TYPE_NOSNIFF = SECURITY_HEADERS
SECURE_REFERRER_POLICY = "same-origin" if SECURITY_HEADERS else None
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SECURITY_HEADERS else None

# One language and one time zone: the same page everywhere.
LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# Logs go to stdout; where they end up is the platform's business.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "%(asctime)s [%(process)d] [%(levelname)s] %(name)s: %(message)s",
            "datefmt": "[%Y-%m-%d %H:%M:%S %z]",
        },
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
        },
    },
    "root": {"handlers": ["stdout"], "level": env.text("LOG_LEVEL", "INFO").upper()},
    # Django's own handlers would write to stderr under DEBUG, and mail the admins otherwise.
    "loggers": {"django": {"handlers": [], "level": "NOTSET", "propagate": True}},
}
