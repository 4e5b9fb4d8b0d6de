"""Pure: builds and their steps as tables."""

from __future__ import annotations

from collections.abc import Sequence

from advices.lab import MeasureName, Says, when
from advices.results import (
    Result,
    bytes_text,
    code,
    escape,
    replay_names,
    seconds_text,
    value_text,
)
from advices.site.tables.writing import LONGEST_STEP, NOT_MEASURED, short, table


def replays_table(
    result: Result, variants: Sequence[str] | None = None, says: Says | None = None
) -> str:
    """Return every build of every variant: what ran, what a deploy moves, how long it took.

    Where lab.toml builds a variant not again after an edit, there is no row.
    """
    rows = []
    for build in replay_names(result):
        for variant in result.names(variants):
            if build not in result.variants[variant].builds:
                continue
            made = result.build(variant, build)
            fastest, slowest = made.timing.spread
            spread = f"{seconds_text(fastest)} to {seconds_text(slowest)}"
            samples = len(made.timing.samples)
            rows.append(
                [
                    escape(when(build, says)),
                    code(variant),
                    str(made.steps_run),
                    str(made.steps_cached),
                    bytes_text(made.new_transfer_bytes),
                    seconds_text(made.timing.median),
                    spread if samples > 1 else "—",
                    str(samples),
                ]
            )
    header = ["Build", "Variant", "Steps run", "From the cache", "New bytes to transfer"]
    header += ["Seconds, median", "Fastest to slowest", "Samples"]
    return table(header, rows, "  rrrrrr")


def rebuilds_table(
    result: Result,
    measure: str,
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return one measure of every rebuild (rows) by variant (columns), each with its unit.

    `measure` is the name that it has within a build, as `seconds`.
    """
    wanted = result.names(variants)
    rows = []
    for build in replay_names(result)[1:]:
        name = MeasureName(measure, build)
        found = (result.variants[variant].measures().get(name) for variant in wanted)
        cells = [NOT_MEASURED if one is None else escape(value_text(name, one)) for one in found]
        rows.append([escape(when(build, says)), *cells])
    return table(["Rebuild", *map(code, wanted)], rows, " " + "r" * len(wanted))


def steps_table(result: Result, variant: str, build: str) -> str:
    """Return the steps of one build in order: whether each ran, and its seconds."""
    rows = [
        [
            str(number),
            code(short(step.name, LONGEST_STEP)),
            "from the cache" if step.cached else "ran",
            "—" if step.cached else seconds_text(step.seconds),
        ]
        for number, step in enumerate(result.build(variant, build).steps, start=1)
    ]
    return table(["Step", "Instruction", "What happened", "Seconds"], rows, "r  r")
