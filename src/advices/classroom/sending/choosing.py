"""Which store a class sends to: the one that is asked for now, else the one it had, else none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from advices.classroom.hub.files import opened
from advices.classroom.sending.destination import Destination, login, login_of, store_url
from advices.classroom.sending.lrs import Lrs
from advices.core import ClassMissing, ClassSettingInvalid, XapiStoreUnfit


def chosen(
    folder: Path,
    url: str,
    login_file: Path | None,
    ask: Callable[[str], tuple[str, str]],
    say: Callable[[str], None],
) -> Destination | None:
    """Return the store of a class, asked once whether it is there. `ask` gets a login by its host.

    One that the class has already may be down, which `say` gets to hear: a class does not wait for
    it. Raises ClassSettingInvalid, and XapiStoreUnfit for one that is new.
    """
    had = _had(folder)
    if not url and login_file is not None:
        if had is None:
            raise ClassSettingInvalid(
                "there is a login, and no store that it is for",
                why="--xapi-login goes with --xapi-store",
                next_step="give the address of the store too: --xapi-store https://NAME/xapi",
            )
        url = had.url
    if not url and had is None:
        return None
    at = store_url(url) if url else ""
    if had is not None and at in ("", had.url) and login_file is None:
        try:
            asyncio.run(Lrs(had).demand())
        except XapiStoreUnfit as fault:
            say(f"{fault.what}; what is to be sent waits, and your page says how many")
        return had
    user, password = login_of(login_file) if login_file else _asked(ask, at)
    found = Destination(url=at, user=user, password=password)
    asyncio.run(Lrs(found).demand())
    return found


def _had(folder: Path) -> Destination | None:
    try:
        return opened(folder).xapi
    except ClassMissing:
        # It never was started.
        return None


def _asked(ask: Callable[[str], tuple[str, str]], url: str) -> tuple[str, str]:
    try:
        return login(*ask(url))
    except ValueError:
        raise ClassSettingInvalid(
            "this is no login of a store",
            why="user or password is empty, or has a sign that no login has",
            next_step="copy both from the store's own pages; some call them key and secret",
        ) from None
