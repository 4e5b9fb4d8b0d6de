"""Work that is done at once, in threads: when one piece fails, all the others end.

An interrupt reaches the main thread only. So whatever waits in a thread asks now and then whether
its work was given up (`alive`), and whatever waits outside of Python says how it is ended
(`ended_by`). Groups of work may lie in one another; giving one up gives up all in it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from types import MappingProxyType
from typing import Any, TypeVar

Found = TypeVar("Found")

_LISTEN_SECONDS = 0.2


class GivenUp(BaseException):
    """The work that this thread is part of was given up; the fault is told elsewhere."""


class _Group:
    """Pieces of work that end together."""

    def __init__(self, around: _Group | None) -> None:
        self.around = around
        self._given_up = False
        self._ends: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._pieces = 0
        self._fewer = threading.Condition(self._lock)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        with self._lock:
            self._pieces += 1
        try:
            yield
        finally:
            with self._lock:
                self._pieces -= 1
                self._fewer.notify_all()

    def wait_until_idle(self) -> None:
        with self._lock:
            while self._pieces:
                self._fewer.wait(_LISTEN_SECONDS)

    @property
    def given_up(self) -> bool:
        return self._given_up or (self.around is not None and self.around.given_up)

    def give_up(self) -> None:
        with self._lock:
            self._given_up = True
            ends = tuple(self._ends)
        for end in ends:
            end()

    def add(self, end: Callable[[], None]) -> None:
        with self._lock:
            self._ends.append(end)
        if self.around is not None:
            self.around.add(end)

    def remove(self, end: Callable[[], None]) -> None:
        with self._lock:
            self._ends.remove(end)
        if self.around is not None:
            self.around.remove(end)


_group: ContextVar[_Group | None] = ContextVar("group", default=None)


def alive() -> None:
    """Raise GivenUp when the work that this thread is part of was given up."""
    group = _group.get()
    if group is not None and group.given_up:
        raise GivenUp


@contextlib.contextmanager
def ended_by(end: Callable[[], None]) -> Iterator[None]:
    """While the body runs, `end` is what ends it when its work is given up.

    `end` is called in another thread and must not wait. Raises GivenUp when that came before.
    """
    group = _group.get()
    if group is None:
        yield
        return
    group.add(end)
    try:
        alive()
        yield
    finally:
        group.remove(end)


@contextlib.contextmanager
def that_can_be_given_up() -> Iterator[Callable[[], None]]:
    """Give what ends the work of the body, for another thread to call.

    What waits in the body then raises GivenUp.
    """
    group = _Group(_group.get())
    token = _group.set(group)
    try:
        yield group.give_up
    finally:
        _group.reset(token)


def at_once(
    work: Mapping[str, Callable[[], Found]],
    workers: int,
    after: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> dict[str, Found]:
    """Return what each piece of work gives, in the order of `work`; `workers` run at a time.

    `after` names the pieces that must be done before one begins. Of those that may begin, the
    first in `work` does. Raises what the first piece that failed raised, after all the others have
    ended. So does an interrupt.
    """
    group = _Group(_group.get())

    def piece(job: Callable[[], Found]) -> Found:
        _group.set(group)
        with group.at_work():
            alive()
            return job()

    left = dict(work)
    given: dict[str, Future[Found]] = {}
    with ThreadPoolExecutor(workers) as pool:
        try:
            while True:
                ended = {name for name, future in given.items() if future.done()}
                if fault := _fault(given.values()):
                    raise fault
                if len(ended) == len(work):
                    break
                may_begin = [name for name in left if ended.issuperset(after.get(name, ()))]
                for name in may_begin[: workers - len(given) + len(ended)]:
                    given[name] = pool.submit(copy_context().run, piece, left.pop(name))
                _wait_for_one([future for name, future in given.items() if name not in ended])
        except BaseException:
            group.give_up()
            for future in given.values():
                future.cancel()
            # Not the futures: an interrupt while a piece is handed over leaves none of it. One
            # that begins after this gives up at once.
            group.wait_until_idle()
            raise
        return {name: given[name].result() for name in work}


def begun(call: Callable[[], Found]) -> Callable[[], Found]:
    """Begin a call in a thread of its own; return what waits for it and gives what it gave.

    For what takes long and is needed later. It is no part of any work that can be given up.
    """
    done: Future[Found] = Future()

    def work() -> None:
        try:
            done.set_result(call())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return done.result


def ahead(calls: Iterable[Callable[[], Found]]) -> Iterator[Found]:
    """Yield what each call gives, in order; the next call runs while that is used."""
    last: Callable[[], Found] | None = None
    for call in calls:
        running = begun(call)
        if last is not None:
            yield interruptible(last)
        last = running
    if last is not None:
        yield interruptible(last)


def interruptible(call: Callable[[], Found]) -> Found:
    """Return what `call` gives: something that waits where no interrupt is heard, as for a socket.

    It runs in a thread of its own. Who is given up or interrupted does not wait for it: it hears
    of that when it asks `alive`, and ends with the process at the latest.
    """
    group = _Group(_group.get())
    done: Future[Found] = Future()

    def work() -> None:
        _group.set(group)
        try:
            done.set_result(call())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=copy_context().run, args=(work,), daemon=True).start()
    try:
        while not wait([done], timeout=_LISTEN_SECONDS).done:
            alive()
    except BaseException:
        group.give_up()
        raise
    return done.result()


def _wait_for_one(running: Collection[Future[Any]]) -> None:
    """Wait. A signal that comes just before a wait without end would be heard only after it."""
    assert running, "no piece of work may begin: each waits for another"
    while not wait(running, _LISTEN_SECONDS, FIRST_COMPLETED).done:
        pass


def _fault(futures: Any) -> BaseException | None:
    """Return what a piece of work raised, rather the fault than what was given up for it."""
    done: list[Future[Any]] = [one for one in futures if one.done() and not one.cancelled()]
    faults = [fault for one in done if (fault := one.exception()) is not None]
    return next((one for one in faults if not isinstance(one, GivenUp)), next(iter(faults), None))
