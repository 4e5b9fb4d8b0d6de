"""The project's jobs. `./run` lists them; `./run NAME` does one."""

import os
import shutil
import sys
import tomllib
from pathlib import Path

import nox

from tests.installs import (
    install_chromium,
    install_helm,
    install_lighthouse,
    install_of_npm,
    install_package,
)
from tests.jobs import end_as_by_ctrl_c, locked, run, side_by_side
from tests.turns import Taken, asked, left_out

nox.options.sessions = []
end_as_by_ctrl_c()
PYTEST = ("python", "-m", "pytest")
# Tests of one file stay together: they share servers, and some look at all processes.
BOTH_CORES = ("-n", "2", "--dist", "loadfile", "--durations", "10")
# In this order, as far as one need not wait for another: what takes long begins early.
CHECKED = (
    *("bases", "kubernetes", "lint", "engine", "browser", "types", "unit", "app", "pages", "live"),
    *("classroom", "labs"),
)
try:
    TAKEN = asked()
except ValueError as error:
    sys.exit(f"./run: {error}")
EVERYTHING = sys.argv[1:3] == ["-s", "tests"]  # as ./run says it
if EVERYTHING:
    side_by_side(2, Path(".nox", "tests.json"), left_out(TAKEN))


def environment(session: nox.Session, use: str) -> None:
    """Make .nox/USE out of one compiled list, and let the session find its programs there.

    Sessions share environments by use, so that CI installs one and not seven. A stamp tells a
    finished one from one that was interrupted or is out of date.
    """
    folder = Path(".nox", use).resolve()
    listed = Path("requirements", f"{use}.txt")
    stamp = folder / "made-from.txt"
    made_from = f"{folder}\n{sys.version}\n{Path('pyproject.toml').read_text()}{listed.read_text()}"
    with locked(Path(".nox", f"{use}.lock")):
        if not stamp.is_file() or stamp.read_text() != made_from:
            session.log(f"installing {listed} into .nox/{use}, once: about a minute")
            run(session, sys.executable, "-m", "venv", "--clear", str(folder), silent=True)
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            run(session, *pip, "--require-hashes", "-r", str(listed))
            run(session, *pip, "--no-deps", "--no-build-isolation", "--editable", ".")
            stamp.write_text(made_from)
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    session.env["NO_MKDOCS_2_WARNING"] = "1"
    session.env["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


def build_site(session: nox.Session) -> None:
    """Build the site into site/, strictly. Not quietly: a quiet build counts no warnings."""
    run(session, "mkdocs", "build", "--strict", "--clean")


@nox.session(python=False)
def site(session: nox.Session) -> None:
    """Execute every lab on a real engine, then build the site with its numbers into site/."""
    environment(session, "tools")
    run(session, "advices", "engine", "start")
    run(session, "advices", "run", *session.posargs)
    build_site(session)
    session.log(f"the site is {Path('site/index.html').resolve()}; `./run serve` serves it")


@nox.session(python=False)
def serve(session: nox.Session) -> None:
    """Serve the site with the committed numbers on 127.0.0.1:8000; needs no Docker."""
    environment(session, "site")
    run(session, "mkdocs", "serve", "--strict", "--dev-addr", "127.0.0.1:8000", *session.posargs)


@nox.session(python=False)
def learn(session: nox.Session) -> None:
    """Serve the site with cells and exercises that run in the page, on your own engine."""
    environment(session, "tools")
    build_site(session)
    # It prepares engine and bases itself, beside the server: the address comes first.
    run(session, "advices", "learn", *session.posargs)


@nox.session(name="class", python=False)
def class_(session: nox.Session) -> None:
    """Prepare a class of three seats on this machine, as root, and start it: `./run class`."""
    environment(session, "hub")
    build_site(session)
    install_of_npm(session, "class-proxy", Path("requirements", "proxy"))
    run(session, "advices", "engine", "start")
    run(session, "advices", "class", "prepare", *(session.posargs or ("--seats", "3")))
    run(session, "advices", "class", "start")


@nox.session(python=False)
def lab(session: nox.Session) -> None:
    """Open the notebooks in JupyterLab, to run the labs by hand."""
    environment(session, "tools")
    # Only this machine reaches it, and it refuses root unless told so.
    root = ("--allow-root",) if os.geteuid() == 0 else ()
    # -y: Ctrl-C ends it without a question.
    words = ("jupyter", "lab", "-y", "--ServerApp.ip=127.0.0.1", *root)
    run(session, *words, *session.posargs, "notebooks")


@nox.session(python=False)
def advices(session: nox.Session) -> None:
    """Run the command: `./run advices -- doctor`, `./run advices -- run build-cache`."""
    # A class needs JupyterHub too, and `./run class` installed its proxy.
    environment(session, "hub" if session.posargs[:1] == ["class"] else "tools")
    run(session, "advices", *session.posargs)


@nox.session(python=False, requires=CHECKED)
def tests(session: nox.Session) -> None:
    """What CI checks, with a share of the slow tests and labs, a different one each day."""


@nox.session(python=False)
def bases(session: nox.Session) -> None:
    """Start the engine, and pull or build the bases of all labs."""
    environment(session, "dev")
    run(session, "advices", "engine", "start")
    run(session, "advices", "bases")


@nox.session(python=False)
def lint(session: nox.Session) -> None:
    """Check style and format of all Python, and that shell scripts parse."""
    environment(session, "dev")
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    for script in (
        "run",
        ".ci/run",
        ".devcontainer/engine.sh",
        *map(str, Path("labs/bases").glob("*.sh")),
    ):
        run(session, "sh", "-n", script)
    workflows = sorted(map(str, Path(".github/workflows").glob("*.yml")))
    run(session, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    run(session, "check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")


@nox.session(python=False)
def types(session: nox.Session) -> None:
    """Check the toolkit's types, strictly."""
    environment(session, "dev")
    run(session, "mypy")


@nox.session(python=False)
def unit(session: nox.Session) -> None:
    """Run the fast tests, without Docker."""
    environment(session, "dev")
    run(session, *PYTEST, "tests/unit", "-n", "2", *session.posargs)


@nox.session(venv_backend="venv", reuse_venv=True)
def app(session: nox.Session) -> None:
    """Run the own tests of the labs' and the exercises' sample projects."""
    strictly = ("python", "-W", "error::DeprecationWarning")
    for name, test in (("app", ("manage.py", "test")), ("exercise-app", ("-m", "unittest"))):
        with session.chdir(f"labs/{name}"):
            session.install("--require-hashes", "-r", "requirements.txt", silent=True)
            run(session, *strictly, *test)


@nox.session(python=False, requires=["bases"])
def engine(session: nox.Session) -> None:
    """Run the tests on a real engine, faults included."""
    environment(session, "dev")
    run(session, *PYTEST, "tests/engine", "-m", "engine", *BOTH_CORES, *session.posargs)


# Alone: learners of its classes fill disks and processors, and seats come and go in the network.
@nox.session(python=False, requires=["bases", "browser"], allow_parallel=False)
def classroom(session: nox.Session) -> None:
    """Make classes with real seats, and let one learner try everything against another one."""
    environment(session, "dev")
    install_of_npm(session, "class-proxy", Path("requirements", "proxy"))
    install_of_npm(session, "xapi", Path("tests", "xapi"))
    run(session, "advices", "engine", "start")
    run(session, *PYTEST, "tests/classroom", "-m", "classroom", *session.posargs)


@nox.session(python=False)
def kubernetes(session: nox.Session) -> None:
    """Check what a cluster would get for a class: charts by helm, pods by KubeSpawner."""
    environment(session, "kubernetes")
    install_helm(session)
    run(session, *PYTEST, "tests/kubernetes", *session.posargs)


@nox.session(python=False)
def browser(session: nox.Session) -> None:
    """Build the site, and install the browser and Lighthouse that look at it."""
    environment(session, "dev")
    build_site(session)
    install_chromium(session)
    install_lighthouse(session)


@nox.session(python=False)
def pictures(session: nox.Session) -> None:
    """Draw the pictures that other sites show of the chapters into site/; needs chromium."""
    environment(session, "dev")
    install_chromium(session)
    run(session, "python", "tests/browser/social_image.py", "site")


# Beside the compilers of the stand-ins a browser would get too little of the processors.
@nox.session(python=False, requires=["bases", "browser"] if EVERYTHING else ["browser"])
def pages(session: nox.Session) -> None:
    """Look at the built site with a real browser and with Lighthouse; no image is built."""
    environment(session, "dev")
    # Cells open labs, and that asks an engine.
    run(session, "advices", "engine", "start")
    words = (*PYTEST, "tests/browser", "-m", "browser and not engine", *BOTH_CORES)
    run(session, "python", "tests/own_network.py", *words, *session.posargs)


@nox.session(python=False, requires=["bases", "browser"])
def live(session: nox.Session) -> None:
    """Solve an exercise in the page, on a real engine."""
    environment(session, "dev")
    run(session, *PYTEST, "tests/browser", "-m", "browser and engine", *session.posargs)


@nox.session(python=False, allow_parallel=False)
def labs(session: nox.Session) -> None:
    """Execute today's labs again, alone, and compare with the committed numbers."""
    environment(session, "dev")
    run(session, "advices", "engine", "start")
    # The weekly workflow measures every variant.
    some = ("--labs-in-turn",) if TAKEN is Taken.SHARE else ()
    run(session, "advices", "check", "--quick", "--in-turn", *some, *session.posargs)


@nox.session(python=False)
def wheel(session: nox.Session) -> None:
    """Build the wheel and the source archive into dist/."""
    environment(session, "site")
    shutil.rmtree("dist", ignore_errors=True)
    run(session, "hatchling", "build")


@nox.session(python=False)
def advisories(session: nox.Session) -> None:
    """Look up known vulnerabilities of a lab's lock files, into docs/results/advisories.json."""
    environment(session, "audit")
    run(session, "advices", "advisories", "know-what-is-inside", "--write")


@nox.session(python=False)
def bench(session: nox.Session) -> None:
    """Compare the speed of this project with others, in turns, into docs/results/bench.json."""
    environment(session, "bench")
    if not shutil.which("hyperfine"):
        install_package(session, "hyperfine")
    run(session, "advices", "engine", "start")
    run(session, "advices", "bases")
    run(session, "python", "-m", "benchmarks", *session.posargs)


@nox.session
def requirements(session: nox.Session) -> None:
    """Compile the lists of pinned packages from the *.in files again, with hashes."""
    session.install("uv")
    bases = tomllib.loads(Path("labs/bases/bases.toml").read_text("utf-8"))
    for source in (*sorted(Path("requirements").glob("*.in")), *sorted(Path("labs").rglob("*.in"))):
        # A scanner runs in an image of its own only, and needs a newer Python than the toolkit.
        python = bases["python"] if source.parent.name == "scanners" else "3.11"
        run(
            session,
            *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", python),
            *("--generate-hashes", "--no-emit-index-url", "--no-header", "--upgrade"),
            *(str(source), "--output-file", str(source.with_suffix(".txt"))),
        )


@nox.session(python=False)
def editor(session: nox.Session) -> None:
    """Make the editor of the live pages anew from the pinned packages in requirements/editor."""
    environment(session, "dev")
    run(session, "python", "tests/vendored.py")
