"""The toolkit's modules, and what each imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "advices"


def sources(folder: Path) -> list[Path]:
    """Return the modules of a package; what is in inside/ runs in containers, without it."""
    return [
        file
        for file in sorted(folder.rglob("*.py"))
        if "inside" not in file.relative_to(folder).parts
    ]


def imported(file: Path) -> Iterator[str]:
    """Yield the full name of all that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            if node.module == "advices":
                yield from (f"advices.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)
