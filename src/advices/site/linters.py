"""Pure: what linters say about the labs' Dockerfiles, beside what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advices.lab import Lab
from advices.results import LINTERS, Linted, LinterName, Linting, Result, code, escape, verdicts
from advices.site.tables import table


@dataclass(frozen=True)
class Row:
    """A variant, how many claims it fails as measured, and what each linter said about it.

    `fails` counts the claims that must fail for what is wrong, and that must hold for `good`.
    """

    lab: Lab
    variant: str
    fails: int
    said: Mapping[LinterName, Linted]

    @property
    def is_trap(self) -> bool:
        """Return whether it looks right and is not."""
        return self.lab.variants[self.variant].trap

    @property
    def is_wrong(self) -> bool:
        """Return whether it is there to show a fault."""
        return self.variant == "bad" or self.is_trap

    @property
    def is_named(self) -> bool:
        """Return whether any linter names what this variant does wrong."""
        return any(self.is_named_by(name) for name in self.said)

    def is_named_by(self, linter: LinterName) -> bool:
        """Return whether a linter names what this variant does wrong."""
        named = self.lab.variants[self.variant].named_by
        return linter in self.said and bool(self.said[linter].rules.intersection(named))


def rows(labs: Sequence[Lab], results: Mapping[str, Result], linting: Linting) -> tuple[Row, ...]:
    """Return a row for each variant of some labs, in their order."""
    found = []
    for lab in labs:
        failing = [
            (v.variant, v.must_hold)
            for v in verdicts(lab, results[lab.slug])
            if not (v.holds or v.not_run)
        ]
        for variant in lab.variants:
            said = {name: run.of(lab.slug, variant) for name, run in linting.runs.items()}
            fails = failing.count((variant, variant == "good"))
            found.append(Row(lab, variant, fails, said))
    return tuple(found)


def seen(found: Sequence[Row]) -> str:
    """Return of how many bad Dockerfiles some linter names the fault, as `3 of 10`."""
    bad = [row for row in found if row.variant == "bad"]
    return f"{sum(row.is_named for row in bad)} of {len(bad)}"


def summary_table(found: Sequence[Row], linting: Linting) -> str:
    """Return for each linter, and for measuring, how many faults it names: bad files and traps."""
    groups = {
        "bad": [row for row in found if row.variant == "bad"],
        "trap": [row for row in found if row.is_trap],
        "good": [row for row in found if row.variant == "good"],
    }
    header = ["Linter", *(f"{len(rows)} {name} files" for name, rows in groups.items())]
    lines = [
        _summed(
            f"{escape(LINTERS[name])}, {escape(run.version)}",
            [[row.is_named_by(name) for row in groups[group]] for group in ("bad", "trap")],
            [bool(row.said[name].findings) for row in groups["good"]],
        )
        for name, run in linting.runs.items()
    ]
    lines.append(
        _summed(
            "any of them",
            [[row.is_named for row in groups[group]] for group in ("bad", "trap")],
            [any(one.findings for one in row.said.values()) for row in groups["good"]],
        )
    )
    failing = [sum(row.fails > 0 for row in rows) for rows in groups.values()]
    return table(
        header, [*lines, ["built and measured", *(f"{count} fail a claim" for count in failing)]]
    )


def _summed(who: str, named: Sequence[Sequence[bool]], warned: Sequence[bool]) -> list[str]:
    faults = [f"names the fault of {sum(group)}" for group in named]
    return [who, *faults, f"warns about {sum(warned)}"]


def files_table(found: Sequence[Row], linting: Linting) -> str:
    """Return every variant that does something wrong, and what each linter said about it."""
    header = ["Lab", "Dockerfile", "What it does", *(LINTERS[name] for name in linting.runs)]
    lines = [
        [
            escape(row.lab.title),
            code(row.variant),
            escape(row.lab.variants[row.variant].says),
            *(_said(row, name) for name in linting.runs),
            f"{row.fails} {'claim fails' if row.fails == 1 else 'claims fail'}",
        ]
        for row in found
        if row.is_wrong
    ]
    return table([*header, "Measured"], lines)


def line(found: Sequence[Row], linting: Linting) -> str:
    """Return one sentence on what linters say about the bad Dockerfile of a lab."""
    (bad,) = (row for row in found if row.variant == "bad")
    parts = []
    for name in linting.runs:
        if bad.is_named_by(name):
            named = bad.said[name].rules & set(bad.lab.variants["bad"].named_by)
            says = f"names the fault with {', '.join(code(rule) for rule in sorted(named))}"
        elif bad.said[name].findings:
            says = f"says {_said(bad, name)}, which is not the main fault"
        else:
            says = "cannot read the file" if bad.said[name].unread else "says nothing"
        parts.append(f"{escape(LINTERS[name])} {says}")
    return f"About the bad Dockerfile {', and '.join(parts)}."


def _said(row: Row, name: LinterName) -> str:
    found = row.said[name]
    if found.unread:
        return "cannot read the file"
    named = row.lab.variants[row.variant].named_by
    shown = [
        f"<strong>{code(rule)}</strong>" if rule in named else code(rule)
        for rule in sorted(found.rules)
    ]
    return ", ".join(shown) or "nothing"
