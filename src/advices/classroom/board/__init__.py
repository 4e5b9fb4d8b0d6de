"""The trainer's page, a service of the hub."""
