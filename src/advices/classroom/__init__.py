"""A class on one machine: a seat with an engine for each learner, a hub, the trainer's page."""

from __future__ import annotations
