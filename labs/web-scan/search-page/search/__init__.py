"""The search in the guestbook, which this lab adds to the sample project."""
