"""`python -m benchmarks.execute NOTEBOOK...`: executes notebooks as `advices run` executes them."""

from __future__ import annotations

import sys
from pathlib import Path

from advices.notebooks import kernel


def main(files: list[str]) -> None:
    """Execute every notebook, one after the other; what the cells say on stderr goes to ours."""
    for file in files:
        kernel.execute(Path(file), {}, lambda line: print(line, file=sys.stderr))


if __name__ == "__main__":
    main(sys.argv[1:])
