"""Pure: where the numbers of a result come from, and its bases, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from advices.results import (
    PUBLISHED_PLATFORM,
    BaseRecord,
    Confirmation,
    Result,
    bytes_text,
    code,
    escape,
)
from advices.site.tables.writing import table


def provenance_table(result: Result) -> str:
    """Return where the numbers of a result come from, and the command that repeats them."""
    source = result.provenance
    rows = [
        ["Measured", escape(source.date)],
        ["Commit", code(source.commit)],
        ["Key", code(source.key)],
        ["Mode", f"{source.mode}: {_samples(source.cold_samples, source.replay_samples)}"],
        *[
            [f"Base {code(name)}", f"{_base_text(base, source.platform)}, {_identity_text(base)}"]
            for name, base in source.bases.items()
        ],
        ["Engine", escape(f"Docker {source.engine_version}, buildx {source.buildx_version}")],
        ["Storage driver", escape(source.storage_driver)],
        ["Machine", escape(f"{source.platform}, {source.cores} cores")],
        ["Packages from", escape(f"PyPI, {source.pip_index}")],
        ["Toolkit", escape(f"advices {source.toolkit_version}")],
        *([["Confirmed", _confirmed_text(source.confirmed)]] if source.confirmed else []),
        ["Repeat it", code(f"./run advices -- run {result.slug} --force")],
    ]
    return table(["What", "Value"], rows)


def _confirmed_text(stamp: Confirmation) -> str:
    toolkit = escape(f"advices {stamp.toolkit_version}")
    return f"{escape(stamp.date)} at {code(stamp.commit)} by {toolkit}: nothing moved"


def _samples(cold: int, replay: int) -> str:
    return f"samples per timing: {cold} of the first build, {replay} of everything else"


def _first(digest: str) -> str:
    """Return a digest by its first digits, as Docker shows it; the result holds it whole."""
    kind, colon, digits = digest.rpartition(":")
    return f"{kind}{colon}{digits[:12]}"


def _identity_text(base: BaseRecord) -> str:
    text = f"identity {code(_first(base.identity))}"
    if not base.contents:
        return text
    return f"{text}, packages {code(_first(base.contents))}: {escape(', '.join(base.versions))}"


def _base_text(base: BaseRecord, platform: str) -> str:
    kind = {
        "official": "official image",
        "stand-in": "<strong>stand-in</strong>",
        "local": "<strong>image of this machine</strong>",
    }[base.kind]
    text = f"{kind}, {bytes_text(base.transfer_bytes)} to transfer"
    if base.published_transfer_bytes is None:
        return text + ", no official image to compare with"
    published = f"{bytes_text(base.published_transfer_bytes)}, {distance_text(base, platform)}"
    return f"{text} (official: {published})"


def distance_text(base: BaseRecord, platform: str) -> str:
    """Return how far a base's transfer bytes are from the published ones: "−2.2 %"."""
    if base.published_transfer_bytes is None:
        return "not known"
    distance = base.distance(platform)
    if distance is None:
        return f"not compared: the published image is for {PUBLISHED_PLATFORM}"
    return f"{distance:+.1%}".replace("-", "−").replace("%", " %")


def bases_table(bases: Iterable[tuple[str, BaseRecord, str]]) -> str:
    """Return bases beside the official images' published size.

    Each with the name in FROM and the platform that it is for.
    """
    rows = [
        [
            code(name),
            base.kind,
            bytes_text(base.disk_bytes),
            bytes_text(base.transfer_bytes),
            "not known"
            if base.published_transfer_bytes is None
            else bytes_text(base.published_transfer_bytes),
            escape(base.published_date or "—"),
            distance_text(base, platform),
        ]
        for name, base, platform in bases
    ]
    header = ["Name in FROM", "Behind it", "On disk", "To transfer", "Official, published"]
    return table([*header, "Published on", "Distance"], rows, "  rrr r")
