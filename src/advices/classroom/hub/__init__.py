"""The hub of a class: who is let in, which seat they get, what starts there."""
