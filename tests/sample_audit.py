"""The audit of the sample docs/samples/wrong, which the page *Your project* shows.

`python tests/sample_audit.py` records it again with the engine of this machine.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from advices import audit
from advices.core import AdvicesError, clock, now, project
from advices.lab import parse_dockerfile
from advices.site import SAMPLE, SampleAudit, save_sample
from advices.workshop import Workshop


def recorded(root: Path) -> SampleAudit:
    """Return a fresh audit of the sample, a copy of it: here git has a history of its own."""
    layout = project(root)
    with tempfile.TemporaryDirectory() as place:
        folder = copied(root, Path(place))
        shop = Workshop(layout, print)
        began = clock()
        yours = audit.read_project(folder, audit.Asked())
        found = replace(audit.audited(shop, yours), lint=audit.linted(yours))
        seconds = round(clock() - began, 1)
        texts = found.files["Dockerfile"]
        named = {name for text in texts for name in parse_dockerfile(text).external_images}
        bases = shop.bases.resolve(tuple(sorted(named)))
        facts = shop.engine.facts()
        return SampleAudit(
            date=now().isoformat(),
            toolkit_version=version("docker-advices"),
            engine_version=facts.version,
            buildx_version=shop.buildx or "unknown",
            platform=facts.platform,
            cores=facts.cores,
            bases={name: shop.bases.record(one) for name, one in bases.items()},
            seconds=seconds,
            audit=audit.record(found),
        )


def copied(root: Path, to: Path) -> Path:
    """Return a copy of the sample's folder."""
    folder = to / "sample"
    folder.mkdir()
    for file in (root / SAMPLE).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


if __name__ == "__main__":
    ROOT = Path(__file__).parent.parent
    try:
        print(save_sample(ROOT / "docs" / "results", recorded(ROOT)))
    except AdvicesError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
