"""The app's configuration."""

from django.apps import AppConfig


class GuestbookConfig(AppConfig):
    """The one app of the site."""

    name = "guestbook"
