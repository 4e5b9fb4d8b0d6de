"""Pure: what a remedy may not break, told by what was measured before and after it."""

from __future__ import annotations

from advices.lab import MeasureName
from advices.results import VariantResult, value_text

_NOT_MORE = {
    "distributions_failing": "Python packages that do not import",
    "missing_libraries": "shared libraries that are missing",
    "requests_lost": "requests lost at a stop",
}
_KILLED = 137


def broken(before: VariantResult, after: VariantResult) -> str:
    """Return what is worse after a change than before it, "" when nothing is seen to be."""
    was, is_ = before.measures(), after.measures()
    if before.boot.answered and not after.boot.answered:
        return "the container no longer answers"
    if before.boot.answered and before.boot.page_digest != after.boot.page_digest:
        return "the page is not the same any more"
    if before.boot.uid and after.boot.uid == 0:
        return "PID 1 became root"
    for name, says in _NOT_MORE.items():
        measure = MeasureName(name)
        old, new = was.get(measure), is_.get(measure)
        if isinstance(old, int) and isinstance(new, int) and new > old:
            return f"{says}: {value_text(measure, new)}, before {value_text(measure, old)}"
    code = MeasureName("stop_exit_code")
    if is_.get(code) == _KILLED and was.get(code, _KILLED) != _KILLED:
        return "docker stop has to kill it"
    return ""
