"""What keeps a machine from having a class, or a seat from being used."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class ClassUnfit(AdvicesError):
    """The machine cannot have the class that was asked for."""

    exit_code = 85
    why = "a seat needs its own account, disk, network, limits and engine"
    next_step = "fix what the table marks as bad, or prepare fewer or smaller seats"


class SeatUnknown(AdvicesError):
    """No class is prepared here, or it has no seat of that name."""

    exit_code = 86
    why = "`advices class prepare` makes the seats"
    next_step = "`advices class prepare` prints the names of all seats"
