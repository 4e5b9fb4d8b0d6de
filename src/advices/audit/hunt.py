"""Canaries + engine -> which of them an image of the project shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from advices.audit.awaited import Awaited
from advices.audit.canaries import (
    Canary,
    contents,
    suspected,
    tried,
    tried_after,
    with_canary,
)
from advices.audit.lab_of import YOURS, variant_of
from advices.audit.project import Project
from advices.audit.reads import Reads
from advices.audit.remedies import Change
from advices.core import AdvicesError, DiskFull, EngineLost, at_once
from advices.lab import COLD, Lab, Variant
from advices.measure import CANARY, BuildImage, Candidate, Measurer

FIXED = "fixed"
"""The project with all fixes."""
AT_ONCE = 2
"""How many builds of an audit are made side by side."""
CandidateOf = Callable[[str, Variant, Change], Candidate]


@dataclass(frozen=True)
class Marked:
    """A change with canaries in the files that it hides: the change, and secrets' texts by id."""

    change: Change
    secrets: Mapping[str, str]

    def given_to(self, variant: Variant) -> Variant:
        """Return a variant that gives the secrets to its build."""
        return variant.model_copy(update={"secrets": {**variant.secrets, **self.secrets}})


class Hunt:
    """Builds a project with one canary after the other, and looks where each of them stays."""

    def __init__(
        self,
        project: Project,
        lab: Lab,
        measurer: Measurer,
        candidate_of: CandidateOf,
        reads: Reads,
    ) -> None:
        self._project = project
        self._lab = lab
        self._measurer = measurer
        self._candidate_of = candidate_of
        self._reads = reads
        self._numbers = itertools.count(1)
        self._known: dict[str, Mapping[str, int]] = {}
        self.yours: tuple[Canary, ...] = ()
        self._suspects = suspected(project)
        # One for each in the whole run: a step of one build may be in the cache of another. None is
        # a part of another one.
        self._marks = {
            (one.kind, one.name): f"{CANARY}n{n}n" for n, one in enumerate(self._suspects)
        }
        self._contents = contents(project, self._suspects)
        reads.seek([*self._contents.values(), *self._made([*self._marks.values()])])
        # Changes whose own image was built with canaries, by its name, and the files that had none.
        self._marked: dict[str, Change] = {}
        self._plain: set[str] = set()
        self._found = Awaited[tuple[Canary, ...]]()

    @property
    def decides(self) -> bool:
        """Return whether what it finds decides which changes are tried: those of arguments."""
        return any(one.kind == "build argument" for one in self._suspects)

    def wait(self) -> None:
        """Return once it is known what the project as it is shows. Raises GivenUp."""
        self._found()

    @property
    def leaking(self) -> tuple[str, ...]:
        """Return the build arguments that the image of the project as it is shows."""
        return tuple(
            one.name for one in self.yours if one.kind == "build argument" and one.is_found
        )

    def begin(self, change: Change) -> None:
        """Find out what the image of the project as it is shows; it was built and read."""
        self._find_contents(change)
        self._at_once(self._suspects, change)
        self.yours = _each([partial(self._tried, one, change, YOURS) for one in self._suspects])
        self._found.be(self.yours)

    def after(self, change: Change) -> tuple[Canary, ...]:
        """Return each canary with what the image shows of it after a change."""
        look = partial(self._reads.real, FIXED)
        self._at_once([one for one in self.yours if one.is_found], change)
        return _each([partial(tried_after, one, change, self._build, look) for one in self.yours])

    def hidden(self, change: Change, whole: Change, name: str) -> tuple[int, int, str]:
        """Return how often the image shows what a change has made secrets of its build.

        Before, after, and what still shows them, "" for nothing. `whole` is what was built, with
        the change alone or with others, and `name` that of its image. Of an argument counts the
        history, of a file the layers.
        """
        self.wait()
        ids, files = change.secrets, change.hidden_files
        place = "secrets_in_history" if ids else "secrets_in_layers"
        of = [
            one
            for one in self.yours
            if one.is_found and one.name in (ids if one.kind == "build argument" else files)
        ]
        # What all of it shows is asked for the next one, and at the end.
        self._at_once([one for one in self.yours if one.is_found] if name == FIXED else of, whole)
        new = [self._tried(replace(one, places={}), whole, name) for one in of]
        still = next((one.unjudged or one.says for one in new if one.unjudged or one.is_found), "")
        return (
            sum(one.places[place] for one in of),
            sum(one.places.get(place, 0) for one in new),
            still,
        )

    def marked(self, name: str, change: Change) -> Marked | None:
        """Return what gives the image of a change canaries in the files that it hides.

        So that image shows itself whether it does, and no build more has to. None where the project
        as it is shows none of them. Waits until that is known. Raises GivenUp.
        """
        self._marked.pop(name, None)
        if not change.hidden_files:
            return None
        self.wait()
        of = [one for one in self._hideable(change) if one.name not in self._plain]
        # What the project itself gives to its build may be in the cache of a step already.
        if not of or {*change.secret_files} & {one.id for one in self._project.secrets}:
            return None
        changed, secrets = change, dict[str, str]()
        for one in of:
            changed, given = with_canary(self._project, one, changed, self._mark(one))
            secrets |= given
        self._marked[name] = change
        return Marked(changed, secrets)

    def unmarked(self, name: str, change: Change) -> None:
        """Take note that a change works with no canary in it, as far as is known."""
        self._marked.pop(name, None)
        # Steps that had the real ones are in the cache from now on.
        self._plain |= {*change.hidden_files}

    def look_into(self, names: Sequence[str]) -> None:
        """Read the images of some changes at once, of which will be asked what they hide."""
        if marked := [name for name in names if name in self._marked]:
            self._reads.ahead(marked, self._made([*self._marks.values()]))

    def _find_contents(self, change: Change) -> None:
        """Learn which files the image holds as they are: no canary has to show that."""
        if not self._contents:
            return
        found = self._reads.places(YOURS, [*self._contents.values()])
        for name, places in zip(self._contents, found, strict=True):
            if any(places.values()):
                self._known[_key(Canary("file", name), change)] = places

    def _hideable(self, change: Change) -> list[Canary]:
        """Return the files that a change hides and the project as it is shows."""
        return [
            one
            for one in self.yours
            if one.kind == "file" and one.is_found and one.name in change.hidden_files
        ]

    def _mark(self, canary: Canary) -> str:
        return self._marks[canary.kind, canary.name]

    def _look_inside(self, change: Change) -> None:
        """Learn what the image of a change shows, if it was built with canaries."""
        name = next((name for name, of in tuple(self._marked.items()) if of == change), None)
        if name is None:
            return
        of = [one for one in self._hideable(change) if one.name not in self._plain]
        if all(_key(one, change) in self._known for one in of):
            return
        places = self._reads.places(name, self._made([self._mark(one) for one in of]))
        # Another image may have got the name meanwhile.
        if self._marked.get(name) == change:
            found = zip(of, places, strict=True)
            self._known |= {_key(one, change): where for one, where in found}

    def _made(self, marks: Sequence[str]) -> list[str]:
        """Return what marks have become in a build."""
        return [mark.replace(CANARY, self._measurer.canary) for mark in marks]

    def _tried(self, canary: Canary, change: Change, name: str) -> Canary:
        return tried(canary, change, self._build, partial(self._reads.real, name))

    def _at_once(self, canaries: Sequence[Canary], change: Change) -> None:
        """Build with the canaries of all files, where it is not known yet what they show.

        Of a build that fails nobody knows which of them it was, so then each has its own. Those of
        arguments and secrets always have: many cannot be made up.
        """
        self._look_inside(change)
        files = [one for one in canaries if one.kind == "file" and not one.unjudged]
        files = [one for one in files if _key(one, change) not in self._known]
        if len(files) < 2:
            return
        try:
            places = self._built(files, change)
        except (EngineLost, DiskFull):
            raise
        except AdvicesError:
            return
        self._known |= {_key(one, change): where for one, where in zip(files, places, strict=True)}

    def _build(self, canary: Canary, change: Change) -> Mapping[str, int]:
        # With a secret nothing comes from the cache: what was built once is not built again.
        key = _key(canary, change)
        if key not in self._known:
            (self._known[key],) = self._built([canary], change)
        return self._known[key]

    def _built(self, canaries: Sequence[Canary], change: Change) -> Sequence[Mapping[str, int]]:
        """Return where each canary is found in an image that was built with all of them."""
        name, changed = f"canary-{next(self._numbers)}", change
        values: dict[str, dict[str, str]] = {"build_args": {}, "secrets": {}}
        marks = [self._mark(one) for one in canaries]
        for one, mark in zip(canaries, marks, strict=True):
            changed, given = with_canary(self._project, one, changed, mark)
            is_argument = one.kind == "build argument" and one.name not in change.secrets
            values["build_args" if is_argument else "secrets"] |= given
        variant = variant_of(self._project, self._lab.folder, name, changed)
        more = {into: {**getattr(variant, into), **given} for into, given in values.items()}
        variant = variant.model_copy(update=more)
        # A secret is in no key of the build cache: a step that had the real one would be taken for
        # one that had the canary.
        is_cached = not values["secrets"]
        candidate = replace(self._candidate_of(name, variant, changed), fresh=not is_cached)
        self._measurer.measure(candidate, (BuildImage(COLD, 1),))
        return self._reads.places(name, self._made(marks))


def _key(canary: Canary, change: Change) -> str:
    return f"{canary.kind} {canary.name} {change}"


def _each(work: Sequence[Callable[[], Canary]]) -> tuple[Canary, ...]:
    """Return what pieces of work give, done side by side."""
    return tuple(at_once({str(n): one for n, one in enumerate(work)}, AT_ONCE).values())
