"""The guestbook: entries with a name, a message and a picture."""
