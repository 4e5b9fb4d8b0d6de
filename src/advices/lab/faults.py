"""What is wrong with a lab beyond its syntax: what it names and is not there, what does not fit.

Each fault comes with the path of the key in lab.toml that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from advices.core import LabInvalid
from advices.lab.claim import Claim
from advices.lab.edit import Edit
from advices.lab.measures import PROBED
from advices.lab.model import Lab, Variant
from advices.lab.project_file import edited, place_of


def misplaced(lab: Lab, labs: Path, context: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield key path and fault of every file that a lab names and that is not where it must be."""
    if not _is_overlay(lab, lab.overlay):
        yield ("overlay",), f"the folder {lab.overlay} does not exist"
    for name, variant in lab.variants.items():
        if not (lab.folder / variant.dockerfile).is_file():
            fault = f"the file {variant.dockerfile} does not exist next to it"
            yield ("variants", name, "dockerfile"), fault
        if not _is_overlay(lab, variant.overlay):
            yield ("variants", name, "overlay"), f"the folder {variant.overlay} does not exist"
        for left in variant.leaves_out:
            if not _within(lab.context, left):
                yield ("variants", name, "leaves_out"), f"{left} does not exist in labs/{context}"
    if not lab.context.is_dir() or not _inside(labs, lab.context):
        yield ("context",), f"the folder labs/{context} does not exist"
    if not _is_index(lab, lab.index):
        yield ("index",), f"the file {lab.index} does not exist next to it"
    for name, replay in lab.replays.items():
        where = ("replays", name)
        if not _is_overlay(lab, replay.overlay):
            yield (*where, "overlay"), f"the folder {replay.overlay} does not exist"
        if not _is_index(lab, replay.index):
            yield (*where, "index"), f"the file {replay.index} does not exist next to it"
        if replay.file and not _is_file_in(lab.context, replay.file):
            yield (*where, "file"), f"{replay.file} does not exist in labs/{context}"
    yield from _misedited(lab)


def unfit(lab: Lab, context: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield key path and fault of what does not fit together: probes, replays, claims, mistakes."""
    for probe in lab.probes:
        if probe not in PROBED:
            yield ("probes",), f"there is no probe `{probe}`: the probes are {', '.join(PROBED)}"
    if ("web-scan" in lab.probes) != (lab.scan is not None):
        yield ("scan",), "the probe `web-scan` and the table [scan] go together"
    yield from _unfit_for_some(lab)
    for number, mistake in enumerate(lab.mistakes):
        for left in mistake.leaves_out:
            if not _within(lab.context, left):
                where = ("mistakes", str(number), "leaves_out")
                yield where, f"{left} does not exist in labs/{context}"


def _unfit_for_some(lab: Lab) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield key path and fault of what is for some variants only."""
    some: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    some += [(("replays", name, "variants"), one.variants) for name, one in lab.replays.items()]
    some += [(("starts", name, "variants"), one.variants) for name, one in lab.starts.items()]
    some += [(("probed", name), variants) for name, variants in lab.probed.items()]
    for where, variants in some:
        for unknown in (one for one in variants if one not in lab.variants):
            yield where, f"there is no variant `{unknown}`"
    for probe in lab.probed:
        if probe not in lab.probes:
            yield ("probed", probe), f"`{probe}` is not among the lab's probes"
    for number, claim in enumerate(lab.claims):
        for variant in filter(None, (*claim.holds_for, *claim.fails_for, claim.relative_to)):
            if fault := _left_out(lab, claim, variant):
                yield ("claims", str(number)), fault


def _left_out(lab: Lab, claim: Claim, variant: str) -> str:
    """Return why a variant does not get what a claim about it asks for, "" when it does."""
    name = claim.measure.of
    replay, start = lab.replays.get(name), lab.starts.get(name)
    if replay and not replay.is_for(variant):
        return f"the replay `{name}` leaves out the variant `{variant}`"
    if start and not start.is_for(variant):
        return f"the start `{name}` leaves out the variant `{variant}`"
    probe = next((one for one in lab.probed if claim.measure.name in PROBED.get(one, {})), "")
    if probe and not name and not lab.is_probed(probe, variant):
        return f"the probe `{probe}` leaves out the variant `{variant}`"
    return ""


def _misedited(lab: Lab) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield key path and fault of every edit that cannot be made."""
    good = lab.variants["good"]
    edited_by: list[tuple[tuple[str, ...], Variant, tuple[Edit, ...]]] = [
        *((("variants", name), one, ()) for name, one in lab.variants.items()),
        *((("replays", name), good, one.edits) for name, one in lab.replays.items()),
        *((("mistakes", str(n)), good, one.edits) for n, one in enumerate(lab.mistakes)),
    ]
    for where, variant, edits in edited_by:
        for name in dict.fromkeys(edit.file for edit in (*variant.edits, *edits)):
            place = place_of(lab, variant, name)
            inside = (lab.context, lab.folder)
            if place is None or not any(_inside(folder, place) for folder in inside):
                yield (*where, "edits"), f"{name} is not among the project's files"
                continue
            try:
                edited(place.read_text("utf-8"), name, (*variant.edits, *edits))
            except LabInvalid as error:
                yield (*where, "edits"), error.what


def _is_overlay(lab: Lab, name: str | None) -> bool:
    """Return whether an overlay is a folder of the lab, or none is named."""
    return not name or ((lab.folder / name).is_dir() and _inside(lab.folder, lab.folder / name))


def _is_index(lab: Lab, name: str | None) -> bool:
    """Return whether an index is a file of the lab, or none is named."""
    return name is None or (lab.folder / name).is_file()


def _is_file_in(folder: Path, name: str) -> bool:
    file = folder / name
    return file.is_file() and _inside(folder, file)


def _within(folder: Path, name: str) -> bool:
    """Return whether there is something of this name below a folder."""
    path = folder / name
    return path.exists() and path != folder and _inside(folder, path)


def _inside(folder: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
