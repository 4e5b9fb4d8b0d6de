"""Files of the site as rows of its database."""
