"""Pure: the numbers that every chapter has: size, rebuild after an edit, user. And step by step."""

from __future__ import annotations

from collections.abc import Mapping

from advices.lab import MeasureName
from advices.results import Result, escape, value_text
from advices.site.tables.writing import NOT_MEASURED, table

STRIP_VARIANTS = ("bad", "good")
REPLAY = "edit-source"
"""The replay that each lab builds `bad` and `good` again after, by its name in lab.toml."""

_SIZE, _USER = MeasureName("transfer_bytes"), MeasureName("uid")
_REBUILD = tuple(
    MeasureName(name, REPLAY) for name in ("steps_run", "new_transfer_bytes", "seconds")
)
_SECRETS, _STOP = MeasureName("secrets_in_layers"), MeasureName("stop_seconds")
_HEADER = ("Variant", "Size to move", "Rebuild after one edited line", "User of PID 1")
_IN_TURN = ("Step", *_HEADER[1:], "Layers with the secret", "<code>docker stop</code>")


def strip_table(result: Result) -> str:
    """Return size, rebuild and user of bad and good; a dash for what was not measured."""
    rows = [[f"<b>{one}</b>", *_cells(result, one, NOT_MEASURED)] for one in STRIP_VARIANTS]
    return table(_HEADER, rows)


def in_turn_table(result: Result, called: Mapping[str, str]) -> str:
    """Return what the strip shows of each variant, and secrets and the time to stop.

    `called` are the variants in their order, each with its first cell. A dash is for what nobody
    measured of a step: a lab measures some things of some variants only.
    """
    rows = []
    for variant, name in called.items():
        known = result.variant(variant).measures()
        more = [_text(one, known[one]) if one in known else "—" for one in (_SECRETS, _STOP)]
        rows.append([name, *_cells(result, variant, "—"), *more])
    return table(_IN_TURN, rows)


def of_the_steps() -> tuple[str, ...]:
    """Return the names of what `in_turn_table` shows."""
    return tuple(map(str, (_SIZE, *_REBUILD, _USER, _SECRETS, _STOP)))


def _cells(result: Result, variant: str, missing: str) -> list[str]:
    """Return size, rebuild and user of a variant."""
    known = result.variant(variant).measures()
    texts = {name: _text(name, value) for name, value in known.items()}
    rebuild = [texts.get(name, "") for name in _REBUILD]
    return [
        texts.get(_SIZE, missing),
        " ".join(rebuild) if all(rebuild) else missing,
        texts.get(_USER, missing),
    ]


def of_the_strip(result: Result) -> tuple[str, ...]:
    """Return the names of what the strip shows of a result, as far as that was measured."""
    known = {name for variant in STRIP_VARIANTS for name in result.variant(variant).measures()}
    return tuple(str(name) for name in (_SIZE, *_REBUILD, _USER) if name in known)


def _text(name: MeasureName, value: int | float | bool | str) -> str:
    """Return a value on one line with its unit, and what is counted where that is not plain."""
    text = escape(value_text(name, value)).replace(" ", "&nbsp;")
    if name == _USER:
        return f"{text} (root)" if value == 0 else text
    if name == _REBUILD[0]:
        text += "&nbsp;step" if value == 1 else "&nbsp;steps"
    elif name == _REBUILD[1]:
        text += " to&nbsp;move"
    return f"<span>{text}</span>"
