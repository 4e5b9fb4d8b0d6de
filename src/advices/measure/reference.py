"""What the solution of an exercise measures: committed, or measured once on this machine.

A learner's image is compared with it. Where the committed result is of other bases or another
engine, the solution is measured here and kept by all that decides its numbers.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from pydantic import ValidationError

from advices import results
from advices.core import (
    AdvicesError,
    DiskFull,
    FileRefused,
    cache_folder,
    digest_of,
    write_whole,
)
from advices.measure.bench import Bench
from advices.measure.candidate import of_variant
from advices.measure.keys import Keys
from advices.measure.mistakes import judged_steps
from advices.measure.parts import START
from advices.measure.variant import Measurer
from advices.results import KeyParts, VariantResult, why_changed


def reference(bench: Bench, measurer: Measurer, *, kept: bool = True) -> VariantResult:
    """Return the measures of the solution, for the claims that are judged of a learner's image.

    It is measured if need be, and always unless `kept`; nothing of it is told: its steps are the
    answer. Raises what measuring raises.
    """
    now = Keys(bench.workshop, bench.samples).parts(bench.lab) if kept else None
    if now is None:
        return _measured(bench, measurer)
    file = _file(bench, now)
    found = _committed(bench, now) or _kept(file)
    if found is None:
        found = _measured(bench, measurer)
        for old in file.parent.glob(f"{bench.lab.slug}-*.json"):
            old.unlink(missing_ok=True)
        with contextlib.suppress(DiskFull, FileRefused):
            write_whole(file, found.model_dump_json())
    return found


def _measured(bench: Bench, measurer: Measurer) -> VariantResult:
    bench.workshop.say("measuring the solution for comparison, once on this machine")
    solution = of_variant(bench.lab, "good", hidden=True)
    return measurer.measure(solution, judged_steps(bench.lab))


def _committed(bench: Bench, now: KeyParts) -> VariantResult | None:
    try:
        found = results.load(bench.layout.exercise_results, bench.lab.slug)
    except AdvicesError:
        return None
    changed = why_changed(found.provenance.key_parts, now, leave_out={START})
    return None if changed else found.variants.get("good")


def _file(bench: Bench, now: KeyParts) -> Path:
    """Return where the solution's measures are kept for what decides them."""
    decides = {**now.own, **now.around}
    decides.pop(START, None)
    return cache_folder() / "references" / f"{bench.lab.slug}-{digest_of(decides)[:16]}.json"


def _kept(file: Path) -> VariantResult | None:
    try:
        return VariantResult.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
