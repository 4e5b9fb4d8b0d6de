"""What a build gets: the copy of a project as variants, mistakes and replays make it."""

from __future__ import annotations

from pathlib import Path

import fake_bench
import made_labs
import pytest

from advices.core import DiskFull, LabInvalid
from advices.lab.model import Lab, Mistake, Replay, Variant
from advices.measure.candidate import (
    Candidate,
    context_bytes,
    copied,
    of_learner,
    of_mistake,
    of_variant,
    replayed,
)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return made_labs.read_lab(tmp_path)


def files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }


def copy(lab: Lab, **variant: object) -> dict[str, str]:
    """Return the files of the context that a variant gets."""
    given = Variant.model_validate({"dockerfile": "good.Dockerfile", "says": "", **variant})
    candidate = Candidate("good", lab.dockerfile("good"), given)
    to = lab.folder.parents[1] / "copy"
    assert copied(lab, candidate, to, canary="canary-1") == to
    return files(to)


APP = {"views.py": "x = 1\n", "requirements.txt": "django\n"}


def test_a_variant_gets_the_project_as_it_is(lab: Lab) -> None:
    assert copy(lab) == APP == files(lab.context)


def test_what_tests_and_visitors_left_in_the_project_gets_into_no_build(lab: Lab) -> None:
    for name in ("__pycache__/views.pyc", "deep/__pycache__/a.pyc", "data/a.jpg", "db.sqlite3"):
        (lab.context / name).parent.mkdir(parents=True, exist_ok=True)
        (lab.context / name).write_text("x")
    assert copy(lab) == APP


def test_what_is_no_source_is_not_copied(lab: Lab) -> None:
    for name in ("__pycache__/views.pyc", "data/db.sqlite3", "old.pyc", "deep/.git/HEAD"):
        (lab.context / name).parent.mkdir(parents=True, exist_ok=True)
        (lab.context / name).write_text("x")
    assert copy(lab) == APP


def test_what_is_left_out_is_not_there(lab: Lab) -> None:
    (lab.context / "deep").mkdir()
    (lab.context / "deep" / "a").write_text("a")
    (lab.context / ".dockerignore").write_text("*.md")
    assert copy(lab, leaves_out=("deep", ".dockerignore")) == APP
    assert (lab.context / "deep" / "a").is_file(), "the project itself stays whole"


def test_an_overlay_is_laid_over_what_is_there(lab: Lab) -> None:
    overlay = lab.folder / "more"
    (overlay / "deep").mkdir(parents=True)
    (overlay / "deep" / "new.py").write_text("new")
    (overlay / "views.py").write_text("x = 2\n")
    assert copy(lab, overlay="more") == {**APP, "views.py": "x = 2\n", "deep/new.py": "new"}


@pytest.mark.parametrize("mask", [0o077, 0o002, 0o022])
def test_a_checkout_under_any_umask_gives_files_that_every_user_can_read(
    mask: int, lab: Lab
) -> None:
    # Git writes files by the umask; user 1000 of an image must read code that is root's.
    (lab.context / "run.sh").touch()
    for file, mode in (("views.py", 0o666), ("run.sh", 0o777)):
        (lab.context / file).chmod(mode & ~mask)
    lab.context.chmod(0o777 & ~mask)
    copy(lab)
    to = lab.folder.parents[1] / "copy"
    modes = {name: (to / name).stat().st_mode & 0o777 for name in ("views.py", "run.sh", ".")}
    assert modes == {"views.py": 0o644, "run.sh": 0o755, ".": 0o755}


def test_a_canary_in_an_overlay_becomes_the_secret_of_the_run(lab: Lab) -> None:
    (lab.folder / "more").mkdir()
    (lab.folder / "more" / "token").write_text("a={canary}\nb={canary}\n")
    (lab.folder / "more" / "picture").write_bytes(b"\xff\xd8")
    (lab.context / "as-it-is").write_text("{canary}")
    given = Variant(dockerfile="good.Dockerfile", says="", overlay="more")
    to = lab.folder / "copy"
    copied(lab, Candidate("good", lab.dockerfile("good"), given), to, canary="canary-1")
    assert (to / "token").read_text() == "a=canary-1\nb=canary-1\n"
    assert (to / "picture").read_bytes() == b"\xff\xd8"
    assert (to / "as-it-is").read_text() == "{canary}"
    assert "{canary}" in (lab.folder / "more" / "token").read_text()


def test_an_overlay_of_the_lab_lies_below_that_of_a_variant(lab: Lab) -> None:
    texts = {"of-all": {"a": "{canary}", "views.py": "of all"}, "more": {"views.py": "of one"}}
    for folder, given in texts.items():
        (lab.folder / folder).mkdir()
        for name, text in given.items():
            (lab.folder / folder / name).write_text(text)
    lab = lab.model_copy(update={"overlay": "of-all"})
    everywhere = {**APP, "a": "canary-1"}
    assert copy(lab, overlay="more") == {**everywhere, "views.py": "of one"}
    (lab.folder.parents[1] / "copy").rename(lab.folder.parents[1] / "first")
    assert copy(lab) == {**everywhere, "views.py": "of all"}


def test_an_overlay_of_the_lab_comes_after_what_is_left_out(lab: Lab) -> None:
    (lab.folder / "of-all").mkdir()
    (lab.folder / "of-all" / "views.py").write_text("new")
    found = copy(lab.model_copy(update={"overlay": "of-all"}), leaves_out=("views.py",))
    assert found["views.py"] == "new"


def test_what_cannot_be_copied_is_told(lab: Lab) -> None:
    with pytest.raises(DiskFull, match="could not copy the project"):
        copy(lab, leaves_out=("gone",))


def test_a_variant_is_built_fresh_and_by_its_own_name(lab: Lab) -> None:
    found = of_variant(lab, "cache-mount")
    assert found.dockerfile == lab.folder / "cache-mount.Dockerfile"
    assert (found.name, found.cache_of, found.fresh) == ("cache-mount", "cache-mount", True)
    with pytest.raises(LabInvalid, match="no variant `best`"):
        of_variant(lab, "best")


def test_a_mistake_is_the_good_variant_changed_and_built_on_its_cache(
    lab: Lab, tmp_path: Path
) -> None:
    found = of_mistake(lab, lab.mistakes[1], tmp_path / "scratch")
    assert found.dockerfile.parent == tmp_path / "scratch"
    assert found.dockerfile.read_text() == made_labs.GOOD.replace("USER 1000\n", "")
    assert lab.dockerfile("good").read_text() == made_labs.GOOD
    assert (found.name, found.cache_of, found.fresh) == ("mistake-no-user", "good", False)
    assert found.variant == lab.variants["good"]


def test_a_mistake_leaves_out_what_the_good_variant_leaves_out_and_more(
    lab: Lab, tmp_path: Path
) -> None:
    good = lab.variants["good"].model_copy(update={"leaves_out": ("a",)})
    lab = lab.model_copy(update={"variants": {**lab.variants, "good": good}})
    mistake = Mistake(id="x", says="", leaves_out=("b",), breaks=("not-root",))
    assert of_mistake(lab, mistake, tmp_path).variant.leaves_out == ("a", "b")


def test_a_learner_gets_what_the_start_of_the_exercise_gets(tmp_path: Path) -> None:
    toml = 'leaves_out = ["views.py"]\n' + made_labs.EXERCISE
    exercise = made_labs.read_exercise(tmp_path, toml)
    found = of_learner(exercise, tmp_path / "mine", fake_bench.LIMITS)
    assert (found.name, found.cache_of, found.fresh) == ("yours", "yours", False)
    assert found.dockerfile == tmp_path / "mine"
    assert found.variant.leaves_out == ("views.py",)


def test_a_replay_appends_its_text_with_a_mark_of_the_sample(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n")
    replayed(
        tmp_path, tmp_path, Replay(says="", file="a.py", append="# {sample}, {sample}\n"), "mark-1"
    )
    assert files(tmp_path)["a.py"] == "x\n# mark-1, mark-1\n"


def test_a_replay_may_do_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n")
    replayed(tmp_path, tmp_path, Replay(says=""), "mark-1")
    assert files(tmp_path)["a.py"] == "x\n"


def test_the_context_is_what_dockerignore_lets_in(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a.py").write_text("12345")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "big.bin").write_text("x" * 1000)
    (tmp_path / "b.pyc").write_text("x" * 100)
    without = context_bytes(tmp_path)
    (tmp_path / ".dockerignore").write_text("# what is not source\n\ndata\n**/*.pyc\n")
    assert (without, context_bytes(tmp_path)) == (1105, 5)


def test_an_exception_in_dockerignore_is_heeded(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("123")
    (tmp_path / "README.md").write_text("12")
    (tmp_path / ".dockerignore").write_text("*\n!README.md\n")
    assert context_bytes(tmp_path) == 2
