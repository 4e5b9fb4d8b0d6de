"""The command `advices sbom`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from advices.cli.app import app, progress
from advices.core import anywhere


@app.command()
def sbom(
    image: Annotated[str, typer.Argument(help="An image on this engine, by tag or id.")],
    output: Annotated[
        Path | None, typer.Option(help="The file to write; by default it is printed.")
    ] = None,
) -> None:
    """Print the SBOM of an image: what the lists of packages in it name, as CycloneDX."""
    from advices.cli.display import Display
    from advices.core import BaseUnavailable, write_whole
    from advices.images import cyclonedx, inventory_of
    from advices.workshop import Workshop

    with Display(progress) as say:
        workshop = Workshop(anywhere(), say)
        found = workshop.engine.image(image)
        if found is None:
            raise BaseUnavailable(
                f"there is no image `{image}` on this engine",
                why="it was not built or pulled here, or has another tag",
                next_step="`docker images` lists what is here; build it or pull it first",
            )
        named = inventory_of(workshop.engine, found, frozenset(), workshop.memory)
        text = cyclonedx(named, image, found.id, found.labels) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        write_whole(output, text)
