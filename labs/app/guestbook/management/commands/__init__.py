"""Management commands that change one of Django's own."""
