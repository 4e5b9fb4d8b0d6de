"""Exercises, mistakes, traps and further starts on a real engine: what a learner is told."""

from __future__ import annotations

import secrets
import signal

import factory
import pytest
from engine_project import BAD, EXERCISE, GOOD, MISTAKES, Project, measuring

from advices import results
from advices.lab import MeasureName

pytestmark = pytest.mark.engine

MINE = "labs/tiny/exercise/Dockerfile"
SILENT = 'FROM python:3.14-slim\nCMD ["sh", "-c", "echo I wait; sleep 7317"]\n'


def clean(project: Project) -> None:
    """Assert that nothing of any run is left, in the engine or on the host."""
    assert project.leftovers() == []
    assert project.run_ids() == set()


def hurry(project: Project, old: str, new: str) -> None:
    """Change a setting of the exercise."""
    assert EXERCISE.count(old) == 1
    project.write("labs/tiny/exercise/exercise.toml", EXERCISE.replace(old, new))


@pytest.mark.parametrize(
    ("dockerfile", "exit_code", "says"),
    [
        (
            "FROM python:3.14-slim\nRUN --network=none echo the reason; exit 3\n",
            15,
            "echo the reason; exit 3\nthe reason",
        ),
        ("ARG BASE\nFROM ${BASE}\n", 14, "`BASE` has no value"),
        (None, 10, "the file Dockerfile does not exist"),
    ],
    ids=["failing-run", "variable", "missing"],
)
def test_a_dockerfile_that_makes_no_image_is_told(
    taught: Project, dockerfile: str | None, exit_code: int, says: str
) -> None:
    if dockerfile is None:
        (taught.root / MINE).unlink()
    else:
        taught.write(MINE, dockerfile)
    code, output = taught.advices("check-exercise", "tiny")
    assert code == exit_code, output
    assert says in output
    assert "Traceback" not in output
    assert "next: " in output
    clean(taught)


def test_a_file_that_is_not_there_is_told_before_anything_is_built(taught: Project) -> None:
    code, output = taught.advices("check-exercise", "tiny", "--file", "mine/Dockerfile")
    assert code == 10, output
    assert "mine/Dockerfile cannot be read" in output
    assert "name another file with --file" in output
    assert "cold" not in output
    clean(taught)


def test_an_image_that_never_answers_has_its_claims_red(taught: Project) -> None:
    # Long enough for the reference, whose server starts beside another run's builds.
    hurry(taught, "timeout_seconds = 30", "timeout_seconds = 15")
    taught.write(MINE, SILENT)
    code, output = taught.advices("check-exercise", "tiny")
    assert code == 1, output
    assert "Its last lines:\nI wait" in output
    assert "Traceback" not in output
    assert "not met PID 1 has a user of its own.\n        yours nothing, reference 1000" in output
    assert "not met The page is the same.\n        yours nothing, reference " in output
    assert "met     The image is hardly larger" in output
    assert "hint" not in output, "nobody saw who PID 1 is"
    clean(taught)


def test_a_solution_of_the_learner_s_own_is_solved(proved: Project) -> None:
    proved.write("my/Dockerfile", GOOD.replace("COPY", "# mine\nCOPY"))
    code, output = proved.advices("check-exercise", "tiny", "--file", "my/Dockerfile")
    assert code == 0, output
    assert "met     PID 1 has a user of its own.\n        yours 1000, reference 1000" in output
    assert ", limit at most 1" in output
    assert "the same" in output
    assert "solved: every claim is met" in output
    assert "hint" not in output
    assert proved.read(MINE) == BAD, "the exercise's own file is not touched"
    clean(proved)


def test_a_mistake_alone_gets_its_own_hint_alone(proved: Project) -> None:
    large = "COPY . /srv\nRUN --network=none head -c 30000000 /dev/zero > /srv/x\n"
    proved.write(MINE, GOOD.replace("COPY . /srv\n", large))
    code, output = proved.advices("check-exercise", "tiny")
    assert code == 1, output
    assert "hint    Look for what is large.\n" in output
    assert output.count("hint ") == 1
    assert output.count("not met ") == 1


def test_a_run_proves_the_exercise_and_writes_the_reference_of_the_next_check(
    proved: Project,
) -> None:
    folder = proved.root / "docs" / "results" / "exercises"
    found = results.load(folder, "tiny")
    assert {name: one.red for name, one in found.mistakes.items()} == {
        "no-user": ("no-root",),
        "stuffed": ("small",),
        "elsewhere": ("same-page",),
    }
    assert found.variants["good"].boot.uid == 1000
    # The reference is on record, so only the learner's image is built. The start is not solved.
    # Another run of this test may have had it measured today.
    code, output = proved.advices("check-exercise", "tiny", "--again")
    assert code == 1, output
    assert "tiny exercise yours: cold" in output
    assert "tiny exercise good: cold" not in output
    assert "not met PID 1 has a user of its own.\n        yours 0, reference 1000, limit" in output
    assert "hint    Say [who] PID 1 is." in output
    assert output.count("hint ") == 1
    assert "not solved yet" in output
    # Another solution is not what is on record; a comment more is (test_keys).
    other = f"{GOOD}ENV OTHER={secrets.token_hex(4)}\n"
    proved.write("labs/tiny/exercise/solution.Dockerfile", other)
    code, output = proved.advices("check-exercise", "tiny")
    assert "measuring the solution for comparison, once on this machine" in output
    assert "tiny exercise good" not in output, "its steps are the answer"
    code, output = proved.advices("check-exercise", "tiny")
    assert "measuring the solution" not in output
    # A reference that is not there stops a check before it measures.
    (folder / "tiny.json").unlink()
    code, output = proved.advices("check", "--quick")
    assert code == 17, output
    assert "cold, sample" not in output
    clean(proved)


def test_an_exercise_that_is_sound_is_proved(taught: Project) -> None:
    code, output = taught.advices("check-exercise", "tiny", "--prove")
    assert code == 0, output
    assert "the exercise works" in output
    assert not (taught.root / "docs").exists()
    clean(taught)


def test_an_interrupt_among_the_mistakes_leaves_nothing(taught: Project) -> None:
    hurry(taught, "head -c 20000000 /dev/zero > /srv/big", "sleep 7317")
    process = taught.start("check-exercise", "tiny", "--prove")
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line)
        if "mistake-stuffed: cold" in line:
            break
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 130, "".join(heard) + output
    assert "Traceback" not in output
    clean(taught)


def test_the_faults_of_an_exercise_are_all_named(taught: Project) -> None:
    toml = EXERCISE.replace('breaks = ["small"]', 'breaks = ["no-root"]')
    taught.write("labs/tiny/exercise/exercise.toml", toml)
    taught.write(MINE, GOOD)
    code, output = taught.advices("check-exercise", "tiny", "--prove")
    assert code == 18, output
    for fault in (
        "tiny exercise: claim `no-root` must not hold for the start: uid is 1000, claimed 1000",
        "tiny exercise: mistake `stuffed` must break no-root, but breaks small",
        "tiny exercise: mistake `no-user` must get only its own hint, but gets no-user, stuffed",
        "tiny exercise: mistake `stuffed` must get only its own hint, but gets none",
        "tiny exercise: the start file gets no hint",
    ):
        assert fault in output
    assert not (taught.root / "docs").exists()
    clean(taught)


def test_mistakes_and_the_exercise_in_a_notebook(proved: Project) -> None:
    found = results.load(proved.root / "docs" / "results", "tiny").mistakes
    assert {name: one.red for name, one in found.items()} == {
        "no-user": ("no-root",),
        "no-page": ("builds",),
    }
    page = proved.read("docs/labs/tiny.md")
    assert "| The USER line is missing. | PID 1 has a user of its own. |" in page
    assert "<strong>not met</strong> | PID 1 has a user of its own. | 0 | 1000 | 1000 |" in page


def test_a_mistake_that_breaks_something_else_is_named(tiny: Project) -> None:
    mistakes = MISTAKES.replace('breaks = ["builds"]', 'breaks = ["no-root"]')
    mistakes = mistakes.replace('"USER 1000\\n"', '"COPY . /srv"\nby = "COPY . /srv/"')
    tiny.write("labs/tiny/lab.toml", tiny.read("labs/tiny/lab.toml") + mistakes)
    tiny.write("notebooks/tiny.ipynb", measuring("lab.mistakes()"))
    code, output = tiny.advices("run", "--samples", "1")
    assert code == 18, output
    assert "tiny: mistake `no-user` must break no-root, but breaks nothing" in output
    assert "tiny: mistake `no-page` must break no-root, but breaks builds" in output
    assert not (tiny.root / "docs" / "results" / "tiny.json").exists()
    clean(tiny)


TRAP = """
[variants.trap]
dockerfile = "trap.Dockerfile"
says = "nobody listens"
answers = false
"""


def with_trap(tiny: Project, dockerfile: str) -> tuple[int, str]:
    """Run the lab with one more variant whose container must not answer."""
    lab = tiny.read("labs/tiny/lab.toml")
    lab = lab.replace("equals = 1000", 'equals = 1000\nfails_for = ["bad", "trap"]')
    tiny.write("labs/tiny/lab.toml", lab + TRAP)
    tiny.replay()
    tiny.write("labs/tiny/trap.Dockerfile", dockerfile)
    cells = tiny.read("notebooks/tiny.ipynb").replace(
        'lab.measure(\\"bad\\", ', 'lab.measure(\\"bad\\", \\"trap\\", '
    )
    tiny.write("notebooks/tiny.ipynb", cells)
    return tiny.advices("run", "--samples", "1")


def test_a_trap_does_not_answer_and_lacks_what_only_an_answer_shows(tiny: Project) -> None:
    code, output = with_trap(tiny, 'FROM python:3.14-slim\nCMD ["python", "-c", "pass"]\n')
    assert code == 0, output
    trap = results.load(tiny.root / "docs" / "results", "tiny").variants["trap"]
    assert trap.boot == results.Boot(answered=False)
    assert MeasureName("uid") not in trap.measures()
    assert trap.measures()[MeasureName("steps_run", "edit")] == 0
    clean(tiny)


def test_a_trap_that_answers_is_a_broken_lab(tiny: Project) -> None:
    code, output = with_trap(tiny, BAD)
    assert code == 18, output
    assert "tiny: the container of `trap` answered, and lab.toml says `answers = false`" in output
    clean(tiny)


STARTS = """
[starts.random-user]
says = "with a random user"
user = "41234:41234"
read_only = true

[starts.plain]
says = "as docker run does it"
default_capabilities = true

[starts.not-there]
says = "at a page that is not there"
path = "/gone"
status = 404

[starts.one]
says = "with one folder"
env = { FOLDER = "/srv" }

[starts.two]
says = "with another folder"
env = { FOLDER = "/etc" }
"""


def test_further_starts_are_measured(tiny: Project) -> None:
    serves = GOOD.replace(
        '["python", "-m", "http.server", "8000", "--directory", "/srv"]',
        'exec python -m http.server 8000 --directory "${FOLDER:-/srv}"',
    )
    tiny.write("labs/tiny/good.Dockerfile", serves)
    tiny.write("labs/tiny/lab.toml", tiny.read("labs/tiny/lab.toml") + STARTS)
    code, output = tiny.advices("run", "--samples", "1")
    assert code == 0, output
    found = results.load(tiny.root / "docs" / "results", "tiny").variants
    good, bad = (factory.by_text(found[name].measures()) for name in ("good", "bad"))
    assert good["random-user.uid"] == 41234
    assert good["random-user.answered"] is True
    assert good["random-user.page_digest"] == good["page_digest"]
    # A user that is not root has no effective capability; root has docker's default ones.
    assert good["plain.capabilities"] == 0
    assert bad["plain.capabilities"] == 14
    assert (bad["random-user.capabilities"], found["bad"].boot.capabilities) == (0, 0)
    assert (good["not-there.answered"], good["not-there.status"]) == (True, 404)
    assert (good["two.answered"], good["two.status"]) == (False, 404)
    assert (good["behaviours"], bad["behaviours"]) == (2, 1)
    clean(tiny)
