"""Measures good and bad container images for Python applications."""
