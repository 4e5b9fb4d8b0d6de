"""The chapter *Pin what you build on*: two builds, on engines with both image stores."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_project import ROOT
from second_engine import SecondEngine, running

from advices.core import CommandFailed, Layout
from advices.engine import BuildOrder, connect
from advices.engine.buildx import build
from advices.lab import Replay, labfile
from advices.measure import of_variant
from advices.measure.candidate import copied, replayed
from advices.packages import proxy
from advices.runs.lifecycle import own_run
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

SLUG = "pin-what-you-build-on"
BASE = "python:3.14-slim"
EPOCH = 1_780_272_000
# Later than the commit.
CLONED = itertools.count(EPOCH + 1_000_000)
# Times of the clone, of a new folder and of what a step writes.
TIMES = f"FROM {BASE}\nWORKDIR /srv\nCOPY . .\nRUN mkdir made && echo x > made/x\n"


@pytest.mark.parametrize(("variant", "same"), [("good", True), ("locked", False)])
def test_two_clones_of_one_commit_give_one_image_id(variant: str, same: bool) -> None:
    engine = connect()
    workshop = Workshop(Layout(ROOT), print, engine)
    lab = labfile.read(ROOT / "labs", SLUG)
    candidate = of_variant(lab, variant)
    ids = []
    with own_run(engine) as mine, proxy.for_builds(engine):
        base = workshop.bases.resolve([BASE])[BASE]
        marked = workshop.bases.marked(base, mine.id, "twice", lab.newest())
        for number in range(2):
            clone = copied(lab, candidate, mine.scratch / f"clone-{number}", canary="")
            replayed(lab.folder, clone, Replay(says="", again=True), "")
            order = BuildOrder(
                dockerfile=candidate.dockerfile,
                context=clone,
                tag=f"docker-advices-run/{mine.id}:twice-{number}",
                bases={BASE: marked.image},
                run_id=mine.id,
                no_cache=True,
                build_args=candidate.variant.build_args,
            )
            build(order)
            image = engine.image(order.tag)
            assert image is not None
            ids.append(image.id)
    assert (ids[0] == ids[1]) == same


def rewritten(engine: SecondEngine, base: str, project: Path, output: str) -> None:
    """Build the project from a new clone, and let BuildKit rewrite times."""
    project.mkdir(exist_ok=True)
    (project / "Dockerfile").write_text(TIMES)
    (project / "app.py").write_text("x = 1\n")
    # A layer has seconds, and two builds may take less than one: each clone has a time of its own.
    cloned = next(CLONED)
    os.utime(project / "app.py", (cloned, cloned))
    words = ["docker", "buildx", "build", "--no-cache", "--provenance=false"]
    words += ["--build-context", f"{BASE}=docker-image://{base}"]
    words += ["--build-arg", f"SOURCE_DATE_EPOCH={EPOCH}"]
    words += ["--output", f"{output},rewrite-timestamp=true", str(project)]
    env = engine.environment(dict(os.environ))
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(done.stderr)


@pytest.mark.root
def test_the_older_store_says_nothing_and_rewrites_no_time(
    second_engine: Callable[[Path], SecondEngine], slim_stand_in: str, tmp_path: Path
) -> None:
    engine = second_engine(tmp_path / "engine")
    layers = []
    for tag in ("twice:1", "twice:2"):
        rewritten(engine, slim_stand_in, tmp_path / "project", f"type=image,name={tag}")
        layers.append(engine.docker("image", "inspect", "--format", "{{.RootFS.Layers}}", tag))
    assert layers[0] != layers[1]


@pytest.mark.root
def test_the_containerd_store_rewrites_times_into_a_file_and_not_into_an_image(
    slim_stand_in: str, tmp_path: Path
) -> None:
    features = {"containerd-snapshotter": True}
    digests = []
    with running(tmp_path / "engine", slim_stand_in, features=features) as engine:
        for name in ("one", "two"):
            file = tmp_path / f"{name}.tar"
            rewritten(engine, slim_stand_in, tmp_path / "project", f"type=oci,dest={file}")
            with tarfile.open(file) as archive, archive.extractfile("index.json") as index:  # type: ignore[union-attr]
                digests.append(json.load(index)["manifests"][0]["digest"])
        with pytest.raises(CommandFailed, match=r"rewrite-timestamp.*conflicts with"):
            rewritten(engine, slim_stand_in, tmp_path / "project", "type=image,name=twice:1")
    assert digests[0] == digests[1]
