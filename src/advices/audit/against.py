"""Pure: the project next to another commit of it, by what is exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advices.audit.canaries import PLACES, Canary
from advices.audit.findings import Finding
from advices.lab import MeasureName, Replay, describe
from advices.results import Value, VariantResult

_KILLED = 137
# Each commit moves some bytes; the tool cannot know which of them were wanted.
GROWN_BYTES = 1_000_000
_EXACT_OF_A_BUILD = ("steps_run", "new_transfer_bytes")
_EXACT = (
    *("uid", "stop_exit_code", "transfer_bytes", "disk_bytes", "writable_app_files"),
    *("setuid_files", "compilers", "apt_lists_bytes", "pip_cache_bytes", "hidden_bytes"),
    *("distributions_failing", "missing_libraries", "env_wrong"),
)


@dataclass(frozen=True)
class Change:
    """A measure at the other commit and here, and whether it is worse here."""

    measure: MeasureName
    before: Value
    after: Value
    is_worse: bool


@dataclass(frozen=True)
class Against:
    """What another commit of the project measures, built in the same run.

    `ref` is what the reader called it, `commit` its id, `replays` what was done to both. `seconds`
    is how many times as long a build may take, None to leave times out. `no_bytes` says why bytes
    are not compared, "" if they are. `canaries` are the made-up secrets that it was given.
    """

    ref: str
    commit: str
    result: VariantResult
    replays: Mapping[str, Replay]
    seconds: float | None = None
    no_bytes: str = ""
    canaries: tuple[Canary, ...] = ()

    def had(self, finding: Finding) -> bool:
        """Return whether the other commit was no better in what a finding is about.

        What is not compared is not new: nobody saw that it is.
        """
        if self.no_bytes and finding.measure.unit == "bytes":
            return True
        if finding.measure.name in PLACES:
            return self._showed(finding)
        old = self.result.measures().get(finding.measure)
        return old is not None and not _is_worse(finding.measure, old, finding.before)

    def _showed(self, finding: Finding) -> bool:
        """Return whether the other commit showed the same secret, or as many in that place."""
        found = [one for one in self.canaries if one.is_found]
        if not finding.fix:
            return finding.says in {one.says for one in found}
        return sum(one.places[finding.measure.name] for one in found) >= finding.before  # type: ignore[operator]

    def changes(self, here: VariantResult) -> tuple[Change, ...]:
        """Return every exact measure that both sides have and that is not the same."""
        old, new = self.result.measures(), here.measures()
        names = [MeasureName(name) for name in _EXACT]
        names += [MeasureName(name, of) for of in self.replays for name in _EXACT_OF_A_BUILD]
        found = [
            Change(name, old[name], new[name], _is_worse(name, old[name], new[name]))
            for name in names
            if name in old
            and name in new
            and old[name] != new[name]
            and not (self.no_bytes and name.unit == "bytes")
        ]
        if self.seconds is not None:
            found += self._slower(old, new, self.seconds)
        return tuple(found)

    def _slower(
        self, old: Mapping[MeasureName, Value], new: Mapping[MeasureName, Value], times: float
    ) -> list[Change]:
        found = []
        for of in self.replays:
            name = MeasureName("seconds", of)
            before, after = old.get(name), new.get(name)
            if isinstance(before, float) and isinstance(after, float) and before:
                found.append(Change(name, before, after, after / before > times))
        return found


def _is_worse(measure: MeasureName, before: Value, after: Value) -> bool:
    if measure.name == "uid":
        return before != 0 and after == 0
    if measure.name == "stop_exit_code":
        return before != _KILLED and after == _KILLED
    if isinstance(before, str) or isinstance(after, str) or not describe(measure).lower_is_better:
        return False
    return after > before + (GROWN_BYTES if measure.unit == "bytes" else 0)
