"""Learners who are none: they log in, run a cell and check an exercise, all at once."""
