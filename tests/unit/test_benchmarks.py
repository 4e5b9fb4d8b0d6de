"""The benchmark's own parts: turns, the bare script, the synthetic projects, what is written."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from mkdocs.utils.yaml import yaml_load

from advices.core import CommandFailed, FileRefused, LabInvalid, Layout
from advices.engine import RUN_LABEL
from advices.lab import code_cells, labfile
from advices.measure import QUICK, Samples, steps
from advices.measure.plan import ProbeImage
from benchmarks.__main__ import refuse_no_commit
from benchmarks.projects import SLUG, WORK, slugs, variants_alone, written
from benchmarks.shell import WORD, script
from benchmarks.turns import Place, Program

ROOT = Path(__file__).parents[2]
BASES = {"python:3.14-slim": "local/slim:1"}
needs_hyperfine = pytest.mark.skipif(not shutil.which("hyperfine"), reason="`./run bench` has it")


@pytest.fixture
def place(tmp_path):
    return Place(Layout(ROOT), tmp_path, None, "run-1", 2, lambda _: None, {"TOLD": "by place"})


@pytest.fixture
def lab(place):
    return labfile.read(written(place, "some", 1, WORK).labs, "tiny-001")


@needs_hyperfine
def test_programs_take_turns_and_the_first_round_does_not_count(place, tmp_path):
    (tmp_path / "it's here").mkdir()
    first = Program("sleep 0.2; echo a-$TOLD | tee -a ../order", tmp_path / "it's here")
    second = Program("echo b >>order; echo x x", tmp_path, "echo before >>order", "x", 2)
    times = place.in_turns(a=first, b=second)
    assert (tmp_path / "order").read_text().split("\n")[:-1] == ["a-by place", "before", "b"] * 3
    assert [len(seconds) for seconds in times.values()] == [2, 2]
    assert min(times["a"]) > max(0.2, min(times["b"])), "a sleeps for 0.2 s"


@needs_hyperfine
@pytest.mark.parametrize(("line", "says"), [("echo y", "x"), ("echo x x", "x"), ("exit 3", "")])
def test_what_fails_or_does_something_else_is_no_sample(place, tmp_path, line, says):
    with pytest.raises(CommandFailed, match=f"`{line}` did not do what is to be timed"):
        place.in_turns(a=Program(line, tmp_path, says=says))
    with pytest.raises(CommandFailed, match="preparation"):
        place.in_turns(a=Program("true", tmp_path, before="false"))


@pytest.mark.parametrize("commit", [f"{'a' * 40}+changes", "unknown"])
def test_no_figures_are_written_that_no_commit_holds(commit):
    refuse_no_commit("a" * 40, is_trial=False)
    refuse_no_commit(commit, is_trial=True)
    with pytest.raises(FileRefused, match="is not written"):
        refuse_no_commit(commit, is_trial=False)


def test_the_script_does_what_the_plan_says(lab):
    text = script(lab, steps(lab, Samples(cold=2, replay=3)), BASES, "run-1")
    # Two variants: two first builds and three after an edit, and three starts.
    assert text.count("docker buildx build") == 2 * (2 + 3)
    assert text.count(" --no-cache ") == 2 * 2
    assert text.count("\nserve ") == 2 * 3
    assert text.count("docker image inspect") == text.count("docker history") == 2 * 2
    assert "--build-context python:3.14-slim=docker-image://local/slim:1" in text
    edits = [line for line in text.splitlines() if line.startswith("printf")]
    assert len(edits) == len(set(edits)) == 2 * 3
    assert all(WORD in line and line.endswith(">>context/index.html") for line in edits)


def test_the_script_parses_and_removes_what_it_made(lab, tmp_path):
    text = script(lab, steps(lab, QUICK), BASES, "run-1")
    (tmp_path / "lab.sh").write_text(text)
    subprocess.run(["sh", "-n", "lab.sh"], cwd=tmp_path, check=True)
    built = set(re.findall(r"--tag (\S+)", text))
    assert text.rstrip().splitlines()[-1].split()[3:-1] == sorted(built)
    assert len(built) == 4
    # Of a script that was killed, all goes with the run: four images and a container.
    assert text.count(f"{RUN_LABEL}=run-1") == 4 + 1


@pytest.mark.parametrize(
    "given", [{"overlay": "bad-files"}, {"secrets": {"netrc": "machine example.com"}}]
)
def test_what_a_script_has_no_words_for_is_refused(lab, given):
    with pytest.raises(LabInvalid, match="no words for ProbeImage"):
        script(lab, [ProbeImage("files")], BASES, "run-1")
    bad = lab.variants["bad"].model_copy(update=given)
    other = lab.model_copy(update={"variants": {**lab.variants, "bad": bad}})
    with pytest.raises(LabInvalid, match="no words for overlays and secrets"):
        script(other, steps(other, QUICK), BASES, "run-1")


def test_the_script_of_a_lab_of_this_site_does_what_its_plan_says(place):
    lab = labfile.read(variants_alone(place).labs, SLUG)
    text = script(lab, steps(lab, Samples()), BASES, "run-1")
    lines = text.splitlines()
    assert lab.variants.keys() > {"bad", "good"}
    assert len(lab.replays) > 1
    builds = sum("docker buildx build" in line for line in lines)
    assert builds == len(lab.variants) * (1 + 3 * len(lab.replays))
    assert sum(line.startswith("serve ") for line in lines) == len(lab.variants) * 3
    edited = [one for one in lab.replays.values() if one.append]
    edits = re.findall(r"printf %s '(.*?)' >>context/", text, re.S)
    assert len(edits) == len(set(edits)) == len(lab.variants) * 3 * len(edited)
    # One variant has no .dockerignore, in each of its builds.
    assert lines.count("rm -r context/.dockerignore") == builds // len(lab.variants)


def test_a_lab_of_this_site_is_measured_as_it_is_but_for_what_judges(place):
    layout = variants_alone(place)
    whole = labfile.read(ROOT / "labs", SLUG)
    lab = labfile.read(layout.labs, SLUG)
    assert whole.mistakes
    places = {"folder": lab.folder, "context": layout.labs / "app"}
    assert lab == whole.model_copy(update={**places, "mistakes": (), "exercise": None})
    cells = code_cells(layout.notebook(SLUG))
    every = code_cells(ROOT / f"notebooks/{SLUG}.ipynb")
    assert [cell for cell in every if cell not in cells] == ["lab.mistakes()"]
    assert cells[-1] == "lab.finish()"


def test_a_synthetic_project_can_be_read_and_has_the_settings_of_this_site(place):
    layout = written(place, "three", 3)
    assert labfile.slugs(layout.labs) == slugs(3) == ("tiny-001", "tiny-002", "tiny-003")
    assert [lab.order for lab in labfile.in_order(layout.labs)] == [1, 2, 3]
    lab = labfile.read(layout.labs, "tiny-002")
    texts = [lab.dockerfile(name).read_text() for name in ("bad", "good")]
    assert texts[1].replace("USER 1000\n", "") == texts[0] != texts[1]
    ours = yaml_load((ROOT / "mkdocs.yml").read_text())
    theirs = yaml.safe_load((layout.root / "mkdocs.yml").read_text())
    assert {key for key in ours if ours[key] != theirs.get(key)} == {"nav", "watch"}
    assert 'open_lab("tiny-002")' in code_cells(layout.notebook("tiny-002"))[0]


def test_the_toolkit_knows_nothing_of_the_benchmark():
    texts = [file.read_text("utf-8") for file in (ROOT / "src").rglob("*.py")]
    assert not any(re.search("(import|from) benchmarks", text) for text in texts)
