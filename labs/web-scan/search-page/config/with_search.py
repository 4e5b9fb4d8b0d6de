"""The settings of the sample project, and the search that this lab adds to it."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

# In front: its entries.html stands before the guestbook's, and extends it.
INSTALLED_APPS = ["search", *INSTALLED_APPS]
ROOT_URLCONF = "search.urls"
