"""Pure: a Result as Markdown tables, the same ones in the notebooks and on the site.

All text that comes out of a result is escaped: a build step is written by anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advices.core import ResultInvalid
from advices.lab import BUILDS, SEPARATOR, Lab, Says, describe, when
from advices.results import (
    PUBLISHED_PLATFORM,
    BaseRecord,
    Build,
    Result,
    VariantResult,
    Verdict,
    bytes_text,
    code,
    escape,
    of_the_list,
    percent_text,
    ratio_text,
    replay_names,
    seconds_text,
    value_text,
)

__all__ = [
    "bases_rows",
    "bases_table",
    "build_of",
    "claims_table",
    "describe",
    "distance_text",
    "escape",
    "instruction",
    "layer_sizes",
    "layer_sizes_table",
    "layers_table",
    "measures_table",
    "mistakes_table",
    "provenance_table",
    "ratio_text",
    "rebuilds_table",
    "replays_table",
    "short",
    "steps_table",
    "table",
    "table_html",
    "value_text",
    "variant_of",
    "variants_of",
]

# What a step that is longer does stands in its Dockerfile and, whole, in the result.
_LONGEST_STEP, _LONGEST_OF_BASE = 96, 48
_BASE = ("", 0)


def short(text: str, longest: int) -> str:
    """Return a text of at most `longest` signs, the last of them "…" where more was said."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def instruction(step: str) -> str:
    """Return an instruction without its options: the part that tells it from others."""
    return " ".join(word for word in step.split() if not word.startswith("--"))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: str = "") -> str:
    """Return a Markdown table of cells that are escaped already.

    `numbers` has one sign a column: `r` aligns it to the right, anything else to the left.
    """
    rule = ["---:" if sign == "r" else "---" for sign in numbers.ljust(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows)) + "\n"


def table_html(markdown: str) -> str:
    """Return a table made by `table` as HTML, for places that hold no Markdown.

    No cell holds a bar (it is escaped), which is why splitting at bars is safe.
    """
    head, rule, *body = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()
    ]
    css = [' class="r"' if cell.endswith(":") else "" for cell in rule]

    def cells(row: list[str], first: str, other: str) -> str:
        tags = [first, *[other] * (len(row) - 1)]
        return "".join(
            f"<{tag}{style}>{cell}</{tag.split()[0]}>"
            for tag, style, cell in zip(tags, css, row, strict=True)
        )

    header = cells(head, 'th scope="col"', 'th scope="col"')
    rows = "".join("<tr>" + cells(row, 'th scope="row"', "td") + "</tr>" for row in body)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"


def variant_of(result: Result, variant: str) -> VariantResult:
    """Return one variant of a result. Raises ResultInvalid, naming those that exist."""
    if variant not in result.variants:
        raise ResultInvalid(
            f"the result of `{result.slug}` has no variant `{variant}`",
            why=f"it has {', '.join(result.variants)}",
        )
    return result.variants[variant]


def variants_of(result: Result, variants: Sequence[str] | None) -> tuple[str, ...]:
    """Return the wanted variants, all of them for None. Raises ResultInvalid if one is not."""
    wanted = tuple(result.variants) if variants is None else tuple(variants)
    for variant in wanted:
        variant_of(result, variant)
    return wanted


def build_of(result: Result, variant: str, build: str) -> Build:
    """Return one build of a variant. Raises ResultInvalid, naming those that exist."""
    builds = variant_of(result, variant).builds
    if build not in builds:
        raise ResultInvalid(
            f"the result of `{result.slug}` has no build `{build}` of `{variant}`",
            why=f"it has {', '.join(builds)}",
        )
    return builds[build]


def measures_table(
    result: Result,
    measures: Sequence[str],
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return measures (rows) by variant (columns), each value with its unit."""
    wanted = variants_of(result, variants)
    rows = []
    for measure in measures:
        about = describe(measure, says)
        values = [value_text(measure, result.value(variant, measure)) for variant in wanted]
        rows.append([escape(about.label), *map(escape, values), about.direction or "—"])
    return table(["Measure", *map(code, wanted), "Better"], rows, " " + "r" * len(wanted))


def replays_table(
    result: Result, variants: Sequence[str] | None = None, says: Says | None = None
) -> str:
    """Return every build of every variant: what ran, what a deploy moves, how long it took."""
    rows = []
    for build in replay_names(result):
        for variant in variants_of(result, variants):
            made = build_of(result, variant, build)
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
    """Return one measure of every rebuild (rows) by variant (columns), each with its unit."""
    wanted = variants_of(result, variants)
    rows = []
    for build in replay_names(result)[1:]:
        values = [result.value(variant, f"{build}.{measure}") for variant in wanted]
        cells = [escape(value_text(measure, value)) for value in values]
        rows.append([escape(when(build, says)), *cells])
    return table(["Rebuild", *map(code, wanted)], rows, " " + "r" * len(wanted))


def layers_table(result: Result, variant: str) -> str:
    """Return the layers of one variant, lowest first, with both sizes."""
    rows = [
        [
            str(number),
            code(short(layer.created_by, _LONGEST_OF_BASE if layer.from_base else _LONGEST_STEP)),
            "base" if layer.from_base else "own",
            bytes_text(layer.disk_bytes),
            bytes_text(layer.transfer_bytes),
        ]
        for number, layer in enumerate(variant_of(result, variant).layers, start=1)
    ]
    return table(["Layer", "Made by", "Belongs to", "On disk", "To transfer"], rows, "r  rr")


def layer_sizes(result: Result, variant: str, size: str) -> dict[tuple[str, int], int]:
    """Return bytes by layer, lowest first: the base's layers as one, then each own one.

    A layer is named by what made it and how often that occurred before. `size` is disk_bytes or
    transfer_bytes.
    """
    found = {_BASE: 0}
    for layer in variant_of(result, variant).layers:
        length = layer.disk_bytes if size == "disk_bytes" else layer.transfer_bytes
        if layer.from_base:
            found[_BASE] += length
        else:
            again = sum(made == layer.created_by for made, _ in found)
            found[layer.created_by, again] = length
    return found


def layer_sizes_table(result: Result, size: str, variants: Sequence[str] | None = None) -> str:
    """Return `layer_sizes` (rows) by variant (columns); the same step is one row."""
    wanted = variants_of(result, variants)
    sizes = {variant: layer_sizes(result, variant, size) for variant in wanted}
    # A dict keeps the order of first sight, a set would not.
    layers = dict.fromkeys(layer for found in sizes.values() for layer in found)
    rows = [
        [
            "the base" if layer == _BASE else code(short(layer[0], _LONGEST_STEP)),
            *(bytes_text(of[layer]) if layer in of else "—" for of in sizes.values()),
        ]
        for layer in layers
    ]
    return table(["Made by", *map(code, wanted)], rows, " " + "r" * len(wanted))


def steps_table(result: Result, variant: str, build: str) -> str:
    """Return the steps of one build in order: whether each ran, and its seconds."""
    rows = [
        [
            str(number),
            code(short(step.name, _LONGEST_STEP)),
            "from the cache" if step.cached else "ran",
            "—" if step.cached else seconds_text(step.seconds),
        ]
        for number, step in enumerate(build_of(result, variant, build).steps, start=1)
    ]
    return table(["Step", "Instruction", "What happened", "Seconds"], rows, "r  r")


def claims_table(verdicts: Iterable[Verdict]) -> str:
    """Return claims (rows) by variant (columns): measured, and whether that is as demanded."""
    by_claim: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        by_claim.setdefault(verdict.claim.id, {})[verdict.variant] = verdict
    # A dict keeps the order of first sight, a set would not.
    variants = list(dict.fromkeys(name for row in by_claim.values() for name in row))
    rows = []
    for found in by_claim.values():
        first = next(iter(found.values()))
        cells = [_outcome(found[name]) if name in found else "—" for name in variants]
        rows.append([escape(first.claim.says), escape(_demanded(first)), *cells])
    return table(["Claim", "Demanded", *map(code, variants)], rows)


def _outcome(verdict: Verdict) -> str:
    if verdict.not_run:
        return "not run here"
    outcome = "holds" if verdict.holds else "fails"
    if not verdict.as_demanded:
        outcome = f"<strong>{outcome}, but must {'hold' if verdict.must_hold else 'fail'}</strong>"
    elif not verdict.must_hold:
        outcome += ", as it must"
    return f"{escape(_measured(verdict))}: {outcome}"


def _measured(verdict: Verdict) -> str:
    claim, value = verdict.claim, verdict.value
    if value is None:
        return "nothing"
    if claim.includes or claim.excludes:
        return of_the_list(claim, value)
    if claim.relative_to is not None and not isinstance(value, bool | str):
        return percent_text(value)
    return value_text(claim.measure, value)


def _demanded(verdict: Verdict) -> str:
    claim = verdict.claim
    if claim.equals is not None:
        if claim.relative_to is not None:
            return f"{'as' if claim.equals else 'not as'} {claim.relative_to}"
        return value_text(claim.measure, claim.equals)
    if listed := claim.includes or claim.excludes:
        return f"{'with' if claim.includes else 'without'} {SEPARATOR.join(listed)}"
    sign, limit = ("≥", claim.at_least) if claim.at_most is None else ("≤", claim.at_most)
    assert limit is not None, "a claim has exactly one predicate"
    if claim.relative_to is not None:
        return f"{sign} {percent_text(limit)} of {claim.relative_to}"
    return f"{sign} {value_text(claim.measure, limit)}"


def mistakes_table(lab: Lab, result: Result) -> str:
    """Return each known mistake and the claims that it turned red, alone in the good Dockerfile."""
    says = {claim.id: claim.says for claim in lab.claims} | {BUILDS: "The image builds."}
    rows = []
    for mistake in lab.mistakes:
        found = result.mistakes.get(mistake.id)
        red = [escape(says.get(one, one)) for one in found.red] if found else ["not measured"]
        rows.append([escape(mistake.says), "<br>".join(red) or "nothing"])
    return table(["Mistake, alone in the good Dockerfile", "What it turned red"], rows)


def provenance_table(result: Result) -> str:
    """Return where the numbers of a result come from, and the command that repeats them."""
    source = result.provenance
    rows = [
        ["Measured", escape(source.date)],
        ["Commit", code(source.commit)],
        ["Lab digest", code(source.lab_digest)],
        ["Mode", f"{source.mode}: {_samples(source.cold_samples, source.replay_samples)}"],
        *[
            [f"Base {code(name)}", f"{_base_text(base)}, {_identity_text(base)}"]
            for name, base in source.bases.items()
        ],
        ["Engine", escape(f"Docker {source.engine_version}, buildx {source.buildx_version}")],
        ["Storage driver", escape(source.storage_driver)],
        ["Machine", escape(f"{source.platform}, {source.cores} cores")],
        ["Packages from", escape(f"PyPI, {source.pip_index}")],
        ["Toolkit", escape(f"advices {source.toolkit_version}")],
        ["Repeat it", code(f"./run advices -- run {result.slug} --force")],
    ]
    return table(["What", "Value"], rows)


def _samples(cold: int, replay: int) -> str:
    return f"samples a timing: {cold} of the first build, {replay} of everything else"


def _first(digest: str) -> str:
    """Return a digest by its first digits, as Docker shows it; the result holds it whole."""
    kind, colon, digits = digest.rpartition(":")
    return f"{kind}{colon}{digits[:12]}"


def _identity_text(base: BaseRecord) -> str:
    text = f"identity {code(_first(base.identity))}"
    if not base.contents:
        return text
    return f"{text}, packages {code(_first(base.contents))}: {escape(', '.join(base.versions))}"


def _base_text(base: BaseRecord) -> str:
    kind = "official image" if base.kind == "official" else "<strong>stand-in</strong>"
    text = f"{kind}, {bytes_text(base.transfer_bytes)} to transfer"
    if base.published_transfer_bytes is None:
        return text + ", no official image to compare with"
    published = f"{bytes_text(base.published_transfer_bytes)}, {distance_text(base)}"
    return f"{text} (official: {published})"


def distance_text(base: BaseRecord) -> str:
    """Return how far a base's transfer bytes are from the published ones: "−2.2 %"."""
    if base.published_transfer_bytes is None:
        return "not known"
    if base.distance is None:
        return f"not compared: the published image is for {PUBLISHED_PLATFORM}"
    return f"{base.distance:+.1%}".replace("-", "−").replace("%", " %")


def bases_table(result: Result) -> str:
    """Return every base of a result beside the official image's published size."""
    return bases_rows(result.provenance.bases.items())


def bases_rows(bases: Iterable[tuple[str, BaseRecord]]) -> str:
    """Return bases, each with the name in FROM, beside the official images' published size."""
    rows = [
        [
            code(name),
            "official" if base.kind == "official" else "stand-in",
            bytes_text(base.disk_bytes),
            bytes_text(base.transfer_bytes),
            "not known"
            if base.published_transfer_bytes is None
            else bytes_text(base.published_transfer_bytes),
            escape(base.published_date or "—"),
            distance_text(base),
        ]
        for name, base in bases
    ]
    header = ["Name in FROM", "Behind it", "On disk", "To transfer", "Official, published"]
    return table([*header, "Published on", "Distance"], rows, "  rrr r")
