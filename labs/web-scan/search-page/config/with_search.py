"""The settings of the sample project, and the search that this lab adds to it."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, MIDDLEWARE

# In front: its entries.html stands before the guestbook's, and extends it.
INSTALLED_APPS = ["search", *INSTALLED_APPS]
ROOT_URLCONF = "search.urls"

# The search keeps a visitor's last words in a session, and the session in its cookie. The cookie is
# signed, so nobody can change it; but anyone who gets it can read it, and is that visitor. Django
# keeps it from scripts (HttpOnly) and from most requests that begin on other sites (SameSite=Lax).
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
MIDDLEWARE = [*MIDDLEWARE, "django.contrib.sessions.middleware.SessionMiddleware"]
