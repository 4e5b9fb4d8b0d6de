"""Tests of the guestbook: `python manage.py test`."""
