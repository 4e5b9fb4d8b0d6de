"""A reader that reads its recorded samples otherwise has another method.

What each read by its method stands in data/methods.json. If a change of code changes that, the
numbers of the labs change as well: raise METHOD in that module, and then record what it reads now:

    PYTHONPATH=tests python tests/unit/test_methods.py
"""

from __future__ import annotations

import dataclasses
import json
import re
from types import ModuleType
from typing import Any

import pytest
from recorded_readers import HERE, READERS

from advices.core import digest_of
from advices.lab import PROBED
from advices.probes.table import TABLE

RECORDED = HERE / "data" / "methods.json"


def plain(data: Any) -> Any:
    """Return data as JSON has it; how its fields are called does not count."""
    if dataclasses.is_dataclass(data) and not isinstance(data, type):
        return [plain(getattr(data, one.name)) for one in dataclasses.fields(data)]
    if hasattr(data, "model_dump"):
        return plain(list(data.model_dump(mode="json").values()))
    if isinstance(data, dict):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(one) for one in data]
    if isinstance(data, set | frozenset):
        return sorted(map(str, data))
    return data


def read_now(name: str) -> tuple[str, str]:
    """Return the number of a reader's method, and the digest of what it reads."""
    module, reads = READERS[name]
    return method_of(module), digest_of(plain(reads()))


def method_of(module: ModuleType) -> str:
    """Return the number of a module's method; a compressor of its own belongs to it."""
    (name,) = [one for one in vars(module) if one.endswith("METHOD") and one[0].isalpha()]
    return " ".join(
        [str(getattr(module, name)), *filter(None, [getattr(module, "COMPRESSOR", "")])]
    )


@pytest.mark.parametrize("name", READERS)
def test_who_reads_otherwise_has_another_method(name: str) -> None:
    method, read = read_now(name)
    known = json.loads(RECORDED.read_text("utf-8"))[name]
    assert method in known, f"record method {method} of {name}: see the head of this file"
    assert read == known[method], (
        f"{name} reads its samples otherwise than its method {method} did: raise METHOD, or "
        "read as before; see the head of this file"
    )


def test_every_reader_with_a_method_has_samples() -> None:
    source = HERE.parents[1] / "src" / "advices"
    with_one = {
        file.relative_to(source).with_suffix("").as_posix()
        for file in source.rglob("*.py")
        if re.search(r"^(?!_)[A-Z_]*METHOD = ", file.read_text("utf-8"), re.M)
    }
    assert with_one == set(READERS)


def test_every_program_that_runs_inside_belongs_to_a_probe() -> None:
    inside = HERE.parents[1] / "src" / "advices" / "probes" / "inside"
    sent = {name for entry in TABLE.values() for name in entry.programs}
    assert sent == {file.stem for file in inside.glob("*.py")}
    assert TABLE.keys() == PROBED.keys()


def record() -> None:
    """Write what each reader reads now; an old method's record is history and stays."""
    known = json.loads(RECORDED.read_text("utf-8")) if RECORDED.is_file() else {}
    for name in READERS:
        method, read = read_now(name)
        known.setdefault(name, {}).setdefault(method, read)
    RECORDED.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    record()
