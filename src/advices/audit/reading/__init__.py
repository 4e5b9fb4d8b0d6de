"""What of a project says how it is built and started: Dockerfile, compose and bake files."""
