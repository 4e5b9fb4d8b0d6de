"""Pure: the three numbers that every chapter has: size, rebuild after an edit, user."""

from __future__ import annotations

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
_HEADER = ("Variant", "Size to move", "Rebuild after one edited line", "User of PID 1")


def strip_table(result: Result) -> str:
    """Return size, rebuild and user of bad and good; a dash for what was not measured."""
    rows = []
    for variant in STRIP_VARIANTS:
        known = result.variant(variant).measures()
        texts = {name: _text(name, value) for name, value in known.items()}
        rebuild = [texts.get(name, "") for name in _REBUILD]
        rows.append(
            [
                f"<b>{variant}</b>",
                texts.get(_SIZE, NOT_MEASURED),
                " ".join(rebuild) if all(rebuild) else NOT_MEASURED,
                texts.get(_USER, NOT_MEASURED),
            ]
        )
    return table(_HEADER, rows)


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
