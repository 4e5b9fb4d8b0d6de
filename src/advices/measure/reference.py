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


class Reference:
    """The solution's measures, for the claims that are judged of a learner's image.

    Without `keys` the solution is measured in any case. `found` is None as long as it has to be
    measured. Of that nothing is told: its steps are the answer.
    """

    def __init__(self, bench: Bench, keys: Keys | None) -> None:
        self._bench = bench
        now = keys.parts(bench.lab) if keys else None
        self._file = None if now is None else _file(bench, now)
        self.found = None if now is None else _committed(bench, now) or _kept(_file(bench, now))

    def measured(self, measurer: Measurer) -> VariantResult:
        """Return the measures; take and keep them if need be. Raises what measuring raises."""
        if self.found is None:
            self.found = _measured(self._bench, measurer)
            if self._file is not None:
                for old in self._file.parent.glob(f"{self._bench.lab.slug}-*.json"):
                    old.unlink(missing_ok=True)
                with contextlib.suppress(DiskFull, FileRefused):
                    write_whole(self._file, self.found.model_dump_json())
        return self.found


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
