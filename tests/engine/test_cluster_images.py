"""The images of a class in a cluster, really built: what is in them, and whose it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest
from cluster_class import class_of
from engine_project import ROOT

from advices.classroom.cluster.pod import HOME, UID
from advices.core import Layout, StepFailed
from advices.engine import BuildOrder, connect
from advices.packages import proxy
from advices.runs import own_run
from advices.workshop import Workshop

# Building the images takes longer than the tests.
pytestmark = [pytest.mark.engine, pytest.mark.together]

SLIM = "python:3.14-slim"
# As the pod has it, but without a network.
AS_IN_A_POD = (
    *(f"--user={UID}:{UID}", "--read-only", "--cap-drop=ALL"),
    *("--security-opt=no-new-privileges", "--network=none", "--tmpfs=/tmp"),
    f"--tmpfs={HOME}:uid={UID},gid={UID},mode=0700",
)


# As much of Z2JH's image of the hub as ours builds on: no registry is needed to try it.
LIKE_Z2JH = f"""\
FROM {SLIM}
RUN pip install --no-compile 'jupyterhub==5.*' jupyterhub-kubespawner
RUN useradd --uid 1000 jovyan && install -d -o 1000 /srv/jupyterhub
"""
# What the hub's pod does when it starts: it reads what the chart wrote, and the page knows it all.
STARTS = """
import os, sys
from pathlib import Path
from traitlets.config import Config
from advices.classroom.board.facts import Facts
from advices.classroom.cluster import board, configure
from advices.classroom.cluster.records import cluster
from advices.classroom.progress.store import Store
for name, text in zip(("class.json", "learners", "trainer"), sys.argv[1:], strict=True):
    Path("/tmp", name).write_text(text)
c = Config()
c.JupyterHub.services, c.JupyterHub.load_roles = [], []
configure(c, Path("/tmp"), Path("/tmp"), Path("/srv/jupyterhub/class"))
facts = Facts(cluster(Path("/tmp")), Store(Path("/srv/jupyterhub/class"), 14), 14, board.reset)
print(os.getuid(), len(facts.exercises) > 10, len(facts.agendas) > 2, *c.Seating.seats)
"""


@pytest.fixture(scope="module")
def builds() -> Iterator[Callable[..., str]]:
    """Return a function that builds one of the two, of this project with a site of one page."""
    engine = connect()
    workshop = Workshop(Layout(ROOT), print, engine)
    with own_run(engine) as mine, proxy.for_builds(engine):
        context = mine.scratch / "context"
        left_out = shutil.ignore_patterns("__pycache__", "data", "staticfiles")
        for name in ("src", "labs", "notebooks", "docs", "requirements", "kubernetes"):
            shutil.copytree(ROOT / name, context / name, ignore=left_out)
        for name in ("mkdocs.yml", "pyproject.toml", "PYPI.md"):
            shutil.copyfile(ROOT / name, context / name)
        (context / "site").mkdir()
        (context / "site" / "index.html").write_text("<h1>the site</h1>\n")
        (context / "kubernetes" / "like.Dockerfile").write_text(LIKE_Z2JH)
        bases = {SLIM: workshop.bases.marked(workshop.bases.resolve([SLIM])[SLIM], mine.id, "x")}
        images = {name: base.image for name, base in bases.items()}

        def build(name: str, **arguments: str) -> str:
            tag = f"docker-advices-run/{mine.id}:{name}"
            file = context / "kubernetes" / f"{name}.Dockerfile"
            order = BuildOrder(file, context, tag, images, run_id=mine.id, build_args=arguments)
            engine.build(order)
            images[name] = tag
            return tag

        yield build


@pytest.fixture(scope="module")
def image(builds: Callable[..., str]) -> str:
    """Return the tag of a seat's image."""
    return builds("seat")


def inside(image: str, *words: str, options: tuple[str, ...] = AS_IN_A_POD) -> str:
    """Return what a program prints in a container of the image; it must succeed."""
    argv = ["docker", "run", "--rm", *options, image, *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def ended(name: str) -> None:
    """End a container of these tests."""
    subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=False, timeout=60)


def test_the_server_runs_as_a_number_on_disks_that_it_cannot_write(image: str) -> None:
    assert inside(image, "python", "-m", "jupyterhub.singleuser", "--version")
    assert inside(image, "id", "-u", options=()) == f"{UID}"
    assert inside(image, "id", "-G", options=()) == f"{UID}"
    # Which extension a learner's server loads, and with which site, is said where pods are set.
    found = inside(image, "python", "-c", "import advices.learn.server as s; print(s.__file__)")
    assert found.startswith("/opt/docker-advices/")
    assert "bundle load" in inside(image, "advices", "bundle", "load", "--help")


def test_a_server_starts_with_our_pages(image: str) -> None:
    # As a pod's, but for the hub: it would wait for one.
    words = ("--ServerApp.jpserver_extensions=advices.learn=True", "--AdvicesLearn.site=site")
    name = f"docker-advices-test-seat-{os.getpid()}"
    argv = ["docker", "run", "--rm", f"--name={name}", *AS_IN_A_POD, image]
    argv += ["python", "-m", "jupyter_server", "--no-browser", *words]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as server:
        # Ends it, whatever it says, and so ends the lines.
        late = threading.Timer(60, ended, [name])
        late.start()
        said = ""
        for line in server.stderr or ():
            said += line
            if "is running at" in line:
                break
        late.cancel()
        ended(name)
    assert "is running at" in said, said
    assert "advices.learn | extension was successfully loaded" in said


def test_site_and_labs_are_there_and_no_compiler_is(image: str) -> None:
    assert inside(image, "cat", "site/index.html") == "<h1>the site</h1>"
    assert len(inside(image, "ls", "labs", "notebooks").split()) > 20
    assert "buildx" in inside(image, "docker", "buildx", "version")
    tools = "for one in cc gcc g++ make ld as cargo; do command -v $one; done; true"
    assert inside(image, "sh", "-c", tools) == ""
    # The tool that builds the toolkit's wheel stayed in the other stage, and so did the sources.
    assert inside(image, "sh", "-c", "ls -d /build src requirements 2>&1 | grep -c cannot") == "3"


def test_all_that_runs_is_roots_and_nobody_elses_to_write(image: str) -> None:
    places = "/opt/docker-advices /srv/docker-advices"
    not_roots = f"find {places} ! -type l ( ! -user 0 -o ! -group 0 -o -perm /022 )"
    as_root = ("--user=0", "--network=none")
    escaped = not_roots.replace("(", "\\(").replace(")", "\\)")
    assert inside(image, "sh", "-c", f"{escaped} | head", options=as_root) == ""
    # What tells them apart can tell: a folder that is everybody's to write is found.
    made = f"mkdir -m 0777 /srv/docker-advices/x && {escaped}"
    assert inside(image, "sh", "-c", made, options=as_root) == "/srv/docker-advices/x"


def test_the_hubs_image_has_what_a_class_needs(builds: Callable[..., str]) -> None:
    builds("like")
    with pytest.raises(StepFailed, match=r"HUB has JupyterHub 5\.[0-9.]+, and seats have 4"):
        builds("hub", HUB="like", JUPYTERHUB_MAJOR="4")
    hub = builds("hub", HUB="like")
    said = json.dumps(class_of(2))
    codes = ("ab3d-e5gh", "0123456789abcdef")
    started = inside(hub, "python", "-c", STARTS, said, *codes, options=("--network=none",))
    assert started == "1000 True True seat-01 seat-02"
