"""Made-up results and scans for tests. No number of them may reach the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from advices.lab.measure_name import MeasureName
from advices.lab.scans import Alert, Scan
from advices.results.provenance import BaseRecord, Provenance
from advices.results.record import Boot, Build, Layer, Result, Step, Timing, Value, VariantResult


def build(run: int = 1, cached: int = 2, seconds: float = 2.0, new_bytes: int = 1000) -> Build:
    """Return a build of `run` steps that ran after `cached` that did not."""
    steps = [Step(name=f"COPY {n}", cached=True, seconds=0.0) for n in range(cached)]
    steps += [Step(name=f"RUN step {n} <b>&", cached=False, seconds=0.5) for n in range(run)]
    return Build(
        steps=tuple(steps),
        timing=Timing(samples=(seconds, seconds * 1.1, seconds * 0.9)),
        new_disk_bytes=new_bytes * 3,
        new_transfer_bytes=new_bytes,
    )


def variant(scale: int = 1, **builds: Build) -> VariantResult:
    """Return a variant whose sizes are `scale` times a small image's."""
    return VariantResult(
        dockerfile="good.Dockerfile",
        context_bytes=20_000,
        layers=(
            Layer(
                diff_id="sha256:" + "a" * 64,
                created_by="Debian",
                disk_bytes=80_000_000 * scale,
                transfer_bytes=30_000_000 * scale,
                from_base=True,
            ),
            Layer(
                diff_id="sha256:" + "b" * 64,
                created_by="RUN pip install",
                disk_bytes=60_000_000,
                transfer_bytes=20_000_000,
                from_base=False,
            ),
        ),
        builds=builds
        or {
            "cold": build(run=4, cached=0, seconds=20.0, new_bytes=20_000_000),
            "unchanged": build(run=0, cached=4, seconds=0.5, new_bytes=0),
            "edit-source": build(
                run=2 * scale, cached=2, seconds=1.5 * scale, new_bytes=10_000 * scale**8
            ),
            "add-dependency": build(run=4, cached=0, seconds=15.0, new_bytes=20_000_000),
        },
        boot=Boot(answered=True, first_200=Timing(samples=(0.9,)), uid=1000, page_digest="c" * 64),
    )


def by_text(measures: Mapping[MeasureName, Value]) -> dict[str, Value]:
    """Return measures by the text of their names."""
    return {str(name): value for name, value in measures.items()}


def result(slug: str = "build-cache") -> Result:
    """Return a result with the variants bad, good and cache-mount."""
    return Result(
        slug=slug,
        title="Order for the cache",
        provenance=Provenance(
            date="2026-01-02T03:04:05+00:00",
            commit="0" * 40,
            key="d" * 64,
            toolkit_version="0.1.0",
            mode="full",
            cold_samples=1,
            replay_samples=3,
            bases={
                "python:3.14-slim": BaseRecord(
                    kind="stand-in",
                    identity="sha256:" + "e" * 64,
                    contents="sha256:" + "a" * 64,
                    versions=("python 3.13.5", "libc6 2.41-12"),
                    disk_bytes=120_000_000,
                    transfer_bytes=42_000_000,
                    published_transfer_bytes=42_961_458,
                    published_date="2026-09-01",
                )
            },
            engine_version="26.1.5",
            buildx_version="0.13.1",
            storage_driver="overlay2",
            platform="linux/amd64",
            cores=2,
            pip_index="direct",
        ),
        variants={"bad": variant(scale=3), "good": variant(), "cache-mount": variant()},
    )


def alert(rule: str = "No CSP", **change: Any) -> Alert:
    """Return a finding of Wapiti, with these fields changed."""
    found: dict[str, Any] = {
        "scanner": "wapiti",
        "rule": rule,
        "name": rule,
        "risk": "low",
        "url": "http://site:8000/",
        "method": "GET",
    }
    return Alert(**{**found, **change})


def scan(*rules: str, **change: Any) -> Scan:
    """Return a scan by Wapiti in which these rules raised an alert each."""
    found: dict[str, Any] = {
        "scanner": "wapiti",
        "ran": True,
        "version": "3.3.2",
        "image": "sha256:" + "f" * 64,
        "date": "2026-01-02T03:04:05+00:00",
        "urls": 7,
        "seconds": 2.0,
        "alerts": tuple(map(alert, rules)),
    }
    return Scan(**{**found, **change})


def scanned(**scans: Sequence[Scan]) -> Result:
    """Return a result of variants with these scans, by their names."""
    variants = {
        name.replace("_", "-"): variant().model_copy(update={"scans": tuple(found)})
        for name, found in scans.items()
    }
    return result().model_copy(update={"variants": variants})
