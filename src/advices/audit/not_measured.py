"""What no registry gives is not measured, which is another thing than a fault of a build."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from advices.core import BaseUnavailable, NotMeasured, PullFailed


@contextlib.contextmanager
def with_bases(where: str = "") -> Iterator[None]:
    """Raise NotMeasured where what an image stands on is not available; `where` says of what."""
    try:
        yield
    except (BaseUnavailable, PullFailed) as error:
        raise NotMeasured(f"{where}not measured: {error.what}", why=error.why) from None
