"""A program: removes records of the build cache, named by its arguments, of a run that ended."""

from __future__ import annotations

import sys

from advices.engine import connect

if __name__ == "__main__":
    connect().remove_cache(sys.argv[1:])
