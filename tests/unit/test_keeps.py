"""What an exercise asks to keep is a row of its check, read in the learner's Dockerfile."""

from __future__ import annotations

import pytest
from asked_exercise import GOOD, claim, exercise, result

from advices.lab.dockerfile import parse_dockerfile
from advices.lab.keep import Keep
from advices.results.exercise import Row, checked, start_rows

COMPILES = Keep(id="compiles", says="It still compiles.", words=("compileall", "import app"))


@pytest.mark.parametrize(
    ("steps", "is_kept"),
    [
        ("RUN python -m compileall app.py", True),
        ("run <<E\npython -m \\\n  compileall .\nE", True),
        ("COPY <<E /s\npython -c 'import app'\nE", True),
        ('RUN ["python", "-c", "import app"]', True),
        ("# RUN python -m compileall app.py", False),
        ("RUN <<E\n# python -m compileall app.py\nid\nE", False),
        ("RUN id \\\n# compileall\n && id", False),
        ("", False),
    ],
)
def test_who_leaves_out_what_is_to_be_kept_has_not_solved_it(steps: str, is_kept: bool) -> None:
    told = exercise(claim(measure="uid", equals=1000), keeps=(COMPILES,))
    found = checked(told, result(GOOD), parse_dockerfile(f"FROM a\n{steps}\n"))
    yours = "in the file" if is_kept else "not in the file"
    assert found.rows[-1] == Row("It still compiles.", is_kept, yours, "in the file", "in the file")
    assert found.rows[0].holds
    assert found.solved == is_kept


def test_the_start_of_an_exercise_keeps_what_is_to_be_kept() -> None:
    told = exercise(keeps=(COMPILES,))
    start = result(GOOD, name="bad")
    assert [row.holds for row in start_rows(told, start)] == [True]
