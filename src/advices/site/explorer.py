"""Pure: what the cache explorer of a page starts from, for docs/assets/explorer.js to draw.

The page holds the instructions of Dockerfiles, edits and .dockerignore as data. The rule that says
which steps run again stands in docs/assets/cache-model.js alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from advices.core import LabInvalid
from advices.lab import Lab, ignore_patterns

_WITHOUT = "Reordering the instructions on this page needs JavaScript."


def cache_explorer(lab: Lab, variants: Sequence[str]) -> str:
    """Return the explorer of a lab's Dockerfiles as HTML, each variant a place to start from.

    Raises LabInvalid for a variant that is not there or has more stages than one.
    """
    starts = {name: lab.read(name) for name in variants}
    for name, one in starts.items():
        if len(one.stages) != 1:
            raise LabInvalid(
                f"`{name}` of the lab `{lab.slug}` cannot be explored",
                why="the explorer knows Dockerfiles of one stage",
            )
    lines = {name: [each.line for each in one.instructions] for name, one in starts.items()}
    # What another machine builds finds no cache, and the explorer edits one file.
    known = [one for one in lab.replays.values() if not one.again and not one.edits]
    edits = [{"says": one.says, "file": one.file} for one in known]
    data = {"starts": lines, "edits": edits, "ignore": ignore_patterns(lab.context)}
    return (
        f'<div class="adv-explorer"><script type="application/json">{_data(data)}</script>'
        f"<noscript>{_WITHOUT}</noscript></div>\n"
    )


def _data(found: Mapping[str, object]) -> str:
    """Return data as JSON that no HTML or Markdown in it can end."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")
