"""A file of the project as builds get it: overlays over the context, edits made."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from pathlib import Path

from advices.lab.edit import Edit
from advices.lab.model import Lab, Variant


def place_of(lab: Lab, variant: Variant | None, name: str) -> Path | None:
    """Return where a file of the project is that a variant's build gets, None without one.

    Without a variant it is the one that all of them get.
    """
    overlays = (variant.overlay if variant else None, lab.overlay)
    places = [lab.folder / overlay / name for overlay in overlays if overlay is not None]
    if variant is None or name not in variant.leaves_out:
        places.append(lab.context / name)
    return next((place for place in places if place.is_file()), None)


def project_file(lab: Lab, variant: str, name: str) -> str:
    """Return the text of a file of the project as a variant's build gets it, "" without one.

    A mistake or a learner's Dockerfile gets what the good variant gets.
    """
    gets = lab.variants.get(variant, lab.variants["good"])
    place = place_of(lab, gets, name)
    return edited(place.read_text("utf-8"), name, gets.edits) if place is not None else ""


def edited(text: str, name: str, edits: Iterable[Edit]) -> str:
    """Return a file's text with those edits that are of this file. Raises LabInvalid."""
    own = (edit for edit in edits if edit.file == name)
    return reduce(lambda so_far, edit: edit.applied(so_far), own, text)
