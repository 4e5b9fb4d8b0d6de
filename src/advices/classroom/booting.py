"""What systemd runs once after a reboot, before the seats of a class start: `unit_texts.of_class`.

It makes what a reboot took and all seats need. The seats themselves are units of systemd.
"""

from __future__ import annotations

import sys

from advices.classroom import mounts, network, places, seats, store, stored
from advices.core import AdvicesError


def main() -> int:
    """Make what is missing of the class that is prepared here; return the exit code."""
    try:
        classroom = stored.read()
        if classroom is None:
            return 0
        network.keep_rules(classroom)
        store.show()
        mounts.keep_own(places.RUN)
        for seat in classroom.seats:
            if not (places.network(seat).exists() and (places.RUN / seat.name).is_dir()):
                seats.ground(seat)
    except AdvicesError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
