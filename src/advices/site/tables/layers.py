"""Pure: the layers of images as tables."""

from __future__ import annotations

from collections.abc import Sequence

from advices.results import Result, bytes_text, code
from advices.site.tables.writing import LONGEST_STEP, short, table

_LONGEST_OF_BASE = 48
_BASE = ("", 0)


def layers_table(result: Result, variant: str) -> str:
    """Return the layers of one variant, lowest first, with both sizes."""
    rows = [
        [
            str(number),
            code(short(layer.created_by, _LONGEST_OF_BASE if layer.from_base else LONGEST_STEP)),
            "base" if layer.from_base else "own",
            bytes_text(layer.disk_bytes),
            bytes_text(layer.transfer_bytes),
        ]
        for number, layer in enumerate(result.variant(variant).layers, start=1)
    ]
    return table(["Layer", "Made by", "Belongs to", "On disk", "To transfer"], rows, "r  rr")


def layer_sizes(result: Result, variant: str, size: str) -> dict[tuple[str, int], int]:
    """Return bytes by layer, lowest first: the base's layers as one, then each own one.

    A layer is named by what made it and how often that occurred before. `size` is disk_bytes or
    transfer_bytes.
    """
    found = {_BASE: 0}
    for layer in result.variant(variant).layers:
        length = layer.disk_bytes if size == "disk_bytes" else layer.transfer_bytes
        if layer.from_base:
            found[_BASE] += length
        else:
            again = sum(made == layer.created_by for made, _ in found)
            found[layer.created_by, again] = length
    return found


def layer_sizes_table(result: Result, size: str, variants: Sequence[str] | None = None) -> str:
    """Return `layer_sizes` (rows) by variant (columns); the same step is one row."""
    wanted = result.names(variants)
    sizes = {variant: layer_sizes(result, variant, size) for variant in wanted}
    # A dict keeps the order of first sight, a set would not.
    layers = dict.fromkeys(layer for found in sizes.values() for layer in found)
    rows = [
        [
            "the base" if layer == _BASE else code(short(layer[0], LONGEST_STEP)),
            *(bytes_text(of[layer]) if layer in of else "—" for of in sizes.values()),
        ]
        for layer in layers
    ]
    return table(["Made by", *map(code, wanted)], rows, " " + "r" * len(wanted))
