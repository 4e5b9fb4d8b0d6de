"""A program: removes what is marked of the build cache; its arguments are a run that ended, a word.

An engine takes seconds to list its cache, and more to remove some of it: nobody waits for that.
"""

from __future__ import annotations

import sys

from advices.engine import connect

if __name__ == "__main__":
    connect().remove_marked(*sys.argv[1:])
