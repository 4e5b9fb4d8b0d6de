"""Pure: where the time of a run went, lab by lab."""

from __future__ import annotations

from collections.abc import Sequence

from advices.site.ci_reports import Outcome

KINDS = (
    *("bases", "builds", "layers", "starts", "probes", "mistakes", "exercise"),
    *("kernel and own work", "proved again"),
)


def time_rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """Return a header, a row of seconds for each lab that was measured, and their sum.

    Of a lab whose result was kept only the proofs that changed were made, and all of it is one sum.

    Kinds that took nothing anywhere are left out. Without a measured lab there is no row at all.
    """
    measured = [one for one in outcomes if not one.unchanged]
    spent = [one.spent for one in measured]
    if not measured:
        return []
    kinds = [kind for kind in KINDS if any(one.get(kind) for one in spent)]
    columns = [*kinds, "all"]
    rows = [
        [lab.slug, *(f"{seconds.get(kind, 0.0):.0f}" for kind in columns)]
        for lab, seconds in zip(measured, spent, strict=True)
    ]
    if len(measured) > 1:
        sums = [f"{sum(one.get(kind, 0.0) for one in spent):.0f}" for kind in columns]
        rows.append(["together", *sums])
    return [["seconds", *columns], *rows]
