"""Pure: an audit as each of its readers wants it; every writer takes it and returns a text."""
