"""The benchmark's own parts: turns, the bare script, the synthetic projects, the command."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from advices.lab.digest import code_cells
from mkdocs.utils.yaml import yaml_load

from advices.core.errors import CommandFailed, LabInvalid
from advices.core.paths import Layout
from advices.core.process import Finished
from advices.engine.client import RUN_LABEL
from advices.lab import labfile
from advices.measure.plan import ProbeImage, Samples, steps
from benchmarks.real_lab import SLUG, variants_alone
from benchmarks.running import all_unchanged
from benchmarks.shell import Around, script
from benchmarks.suites import QUICK, WORK, notebook, slugs, written
from benchmarks.taking import Place, in_turns

ROOT = Path(__file__).parents[2]
AROUND = Around({"python:3.13-slim": "local/slim:1"}, "run-1", "word-1")


@pytest.fixture
def place(tmp_path):
    return Place(Layout(ROOT), tmp_path, None, "run-1", 2, lambda _: None, {"TOLD": "by place"})


@pytest.fixture
def lab(place):
    layout = written(place, "some", 1, WORK)
    return labfile.read(layout.labs, "tiny-001")


def test_programs_take_turns_and_the_first_round_does_not_count():
    order = []
    clock = iter(range(100))

    def take(name):
        order.append(name)
        return float(next(clock))

    times = in_turns({"a": lambda: take("a"), "b": lambda: take("b")}, 3, lambda _: None)
    assert order == ["a", "b"] * 4
    assert times["a"].samples == (2.0, 4.0, 6.0)
    assert times["b"].samples == (3.0, 5.0, 7.0)


def test_a_program_is_timed_from_start_to_end_with_what_it_is_told(place, tmp_path):
    program = "import os, time; time.sleep(0.2); print(os.environ['TOLD'])"
    argv = [sys.executable, "-c", program]
    assert place.timed(argv, tmp_path, lambda done: done.stdout == "by place\n") >= 0.2


def test_what_does_something_else_is_no_sample(place, tmp_path):
    with pytest.raises(CommandFailed, match="did not do what is to be timed"):
        place.timed([sys.executable, "-c", "print(1)"], tmp_path, lambda _: False)
    with pytest.raises(CommandFailed, match="exit code 3"):
        place.timed([sys.executable, "-c", "exit(3)"], tmp_path)


def test_a_run_that_measured_a_lab_was_not_unchanged():
    line = "tiny-00{}: unchanged since 2026-01-02; `--force` measures it again\n"
    assert all_unchanged(2)(Finished(0, "", line.format(1) + line.format(2)))
    assert not all_unchanged(2)(Finished(0, "", line.format(1) + "tiny-002: measured in 3 s"))


def test_the_script_does_what_the_plan_says(lab):
    text = script(lab, steps(lab, Samples(cold=2, replay=3)), AROUND)
    # Two variants: two first builds and three after an edit, and three starts.
    assert text.count("docker buildx build") == 2 * (2 + 3)
    assert text.count(" --no-cache ") == 2 * 2
    assert text.count("\nserve ") == 2 * 3
    assert text.count("docker image inspect") == text.count("docker history") == 2 * 2
    assert "--build-context python:3.13-slim=docker-image://local/slim:1" in text
    edits = [line for line in text.splitlines() if line.startswith("printf")]
    assert len(edits) == len(set(edits)) == 2 * 3
    assert all("word-1" in line and line.endswith(">>context/index.html") for line in edits)


def test_a_script_that_weighs_saves_the_images_of_a_variant_at_once(lab):
    assert "\nweigh " not in script(lab, steps(lab, QUICK), AROUND)
    lines = script(lab, steps(lab, QUICK), AROUND, weighing=True).splitlines()
    assert [line.split()[1:] for line in lines if line.startswith("weigh docker")] == [
        [f"docker-advices-bench/run-1:{lab.slug}-{name}-{build}" for build in ("cold", "edit")]
        for name in ("bad", "good")
    ]
    assert sum(line.endswith(" local/slim:1 >known") for line in lines) == 1


@pytest.mark.parametrize("weighing", [False, True])
def test_the_script_parses_and_removes_what_it_made(lab, tmp_path, weighing):
    text = script(lab, steps(lab, QUICK), AROUND, weighing=weighing)
    (tmp_path / "lab.sh").write_text(text)
    subprocess.run(["sh", "-n", "lab.sh"], cwd=tmp_path, check=True)
    built = {
        word
        for line in text.splitlines()
        if "--tag" in line
        for word in line.split()
        if word.startswith("docker-advices-bench/")
    }
    removed = text.rstrip().splitlines()[-1].removeprefix("docker image rm ").split()
    assert built == {word for word in removed if word.startswith("docker-advices-bench/")}
    assert len(built) == 4
    # Of a script that was killed, all goes with the run: four images and a container.
    assert text.count(f"{RUN_LABEL}=run-1") == 4 + 1


def test_a_probe_has_no_words_in_a_script(lab):
    with pytest.raises(LabInvalid, match="ProbeImage"):
        script(lab, [ProbeImage("files")], AROUND)


@pytest.mark.parametrize(
    "given", [{"overlay": "bad-files"}, {"secrets": {"netrc": "machine example.com"}}]
)
def test_what_a_context_gets_besides_has_no_words_in_a_script(lab, given):
    bad = lab.variants["bad"].model_copy(update=given)
    other = lab.model_copy(update={"variants": {**lab.variants, "bad": bad}})
    with pytest.raises(LabInvalid, match="no words for overlays and secrets"):
        script(other, steps(other, QUICK), AROUND)


def test_the_script_of_a_lab_of_this_site_does_what_its_plan_says(place):
    lab = labfile.read(variants_alone(place).labs, SLUG)
    text = script(lab, steps(lab, Samples()), AROUND)
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


def test_a_notebook_holds_its_cells():
    cells = json.loads(notebook(["a = 1", "a"]))["cells"]
    assert ["".join(cell["source"]) for cell in cells] == ["a = 1", "a"]
    assert len({cell["id"] for cell in cells}) == 2


def test_the_toolkit_knows_nothing_of_the_benchmark():
    files = (ROOT / "src").rglob("*.py")
    named = [
        file
        for file in files
        if "import benchmarks" in (t := file.read_text("utf-8")) or "from benchmarks" in t
    ]
    assert named == []
