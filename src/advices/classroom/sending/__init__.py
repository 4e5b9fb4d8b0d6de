"""Progress to a learning record store that the trainer set: what goes, when, and what is said."""
