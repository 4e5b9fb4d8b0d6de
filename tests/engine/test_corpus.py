"""A few files of the corpus on the real engine: what a learner is told of them.

`tests/unit/test_corpus.py` judges all of them without one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.core import StepFailed, project
from advices.lab import labfile
from advices.notebooks import check_exercise
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

CORPUS = Path(__file__).parents[1] / "corpus"
FAILS = "build-cache/wrong/install-before-the-list/other-folder"


@pytest.mark.parametrize(
    ("name", "hints"),
    [
        ("build-cache/wrong/code-first/whole-context-mounted", ["code-first"]),
        ("non-root/wrong/tmp-pid/gunicorns-variable", ["tmp-pid"]),
        ("stop-and-start/right/trap-and-wait", []),
        ("lock-and-install/right/pip-target", []),
    ],
)
def test_a_file_gets_on_an_engine_what_the_corpus_says(name: str, hints: list[str]) -> None:
    slug = name.partition("/")[0]
    file = CORPUS / f"{name}.Dockerfile"
    found = check_exercise(Workshop(project(), print), slug, file)
    assert [one.id for one in found.hints] == hints
    assert found.solved == (not hints)


def test_a_file_that_does_not_build_gets_the_hint_that_its_step_proves() -> None:
    layout = project()
    slug = FAILS.partition("/")[0]
    known = {one.id: one.hint for one in labfile.read(layout.labs, slug).its_exercise().mistakes}
    with pytest.raises(StepFailed) as raised:
        check_exercise(Workshop(layout, print), slug, CORPUS / f"{FAILS}.Dockerfile")
    assert raised.value.next_step == known["install-before-the-list"]
    assert "requirements.txt" in raised.value.printed
