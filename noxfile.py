"""The project's jobs. `./run` lists them; `./run NAME` does one."""

import os
import shutil
import sys
from pathlib import Path

import nox

nox.options.sessions = []
PYTEST = ("python", "-m", "pytest")


def environment(session: nox.Session, use: str) -> None:
    """Make .nox/USE out of one compiled list, and let the session find its programs there.

    Sessions share environments by use, so that CI installs one and not seven. A stamp tells a
    finished one from one that was interrupted or is out of date.
    """
    folder = Path(".nox", use).resolve()
    listed = Path("requirements", f"{use}.txt")
    stamp = folder / "made-from.txt"
    made_from = f"{folder}\n{sys.version}\n{Path('pyproject.toml').read_text()}{listed.read_text()}"
    if not stamp.is_file() or stamp.read_text() != made_from:
        session.run(sys.executable, "-m", "venv", "--clear", str(folder), silent=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        session.run(*pip, "--require-hashes", "-r", str(listed))
        session.run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
        stamp.write_text(made_from)
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    session.env["NO_MKDOCS_2_WARNING"] = "1"
    session.env["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


def install_lighthouse(session: nox.Session) -> None:
    """Make .nox/lighthouse out of the lock file, by the npm of the environment in use."""
    folder, lock = Path(".nox", "lighthouse"), "package-lock.json"
    stamp = folder / "made-from.json"
    wanted = Path("tests", "lighthouse", lock).read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(Path("tests", "lighthouse"), folder)
        quietly = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error")
        session.run("npm", "ci", "--prefix", str(folder), "--ignore-scripts", *quietly)
        stamp.write_text(wanted)


def build_site(session: nox.Session) -> None:
    """Build the site into site/, strictly. Not quietly: a quiet build counts no warnings."""
    session.run("mkdocs", "build", "--strict", "--clean")


@nox.session(python=False)
def site(session: nox.Session) -> None:
    """Execute every lab on a real engine, then build the site with its numbers into site/."""
    environment(session, "tools")
    session.run("advices", "engine", "start")
    session.run("advices", "run", *session.posargs)
    build_site(session)
    session.log(f"the site is {Path('site/index.html').resolve()}; `./run serve` serves it")


@nox.session(python=False)
def serve(session: nox.Session) -> None:
    """Serve the site with the committed numbers on 127.0.0.1:8000; needs no Docker."""
    environment(session, "site")
    session.run("mkdocs", "serve", "--strict", "--dev-addr", "127.0.0.1:8000", *session.posargs)


@nox.session(python=False)
def learn(session: nox.Session) -> None:
    """Serve the site with cells and exercises that run in the page, on your own engine."""
    environment(session, "tools")
    build_site(session)
    # It prepares engine and bases itself, beside the server: the address comes first.
    session.run("advices", "learn", *session.posargs)


@nox.session(python=False)
def lab(session: nox.Session) -> None:
    """Open the notebooks in JupyterLab, to run the labs by hand."""
    environment(session, "tools")
    session.run("jupyter", "lab", "--ServerApp.ip=127.0.0.1", *session.posargs, "notebooks")


@nox.session(python=False)
def advices(session: nox.Session) -> None:
    """Call the command: `./run advices -- doctor`, `./run advices -- run build-cache`."""
    environment(session, "tools")
    session.run("advices", *session.posargs)


@nox.session(python=False)
def tests(session: nox.Session) -> None:
    """Everything that CI checks, in order: the seven jobs from lint to pages."""
    for name in ("lint", "types", "unit", "app", "engine", "labs", "pages"):
        session.notify(name)


@nox.session(python=False)
def lint(session: nox.Session) -> None:
    """Check style and format of all Python, and that shell scripts parse."""
    environment(session, "dev")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    for script in ("run", ".ci/run", *map(str, Path("labs/bases").glob("*.sh"))):
        session.run("sh", "-n", script)
    workflows = sorted(map(str, Path(".github/workflows").glob("*.yml")))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)


@nox.session(python=False)
def types(session: nox.Session) -> None:
    """Check the toolkit's types, strictly."""
    environment(session, "dev")
    session.run("mypy")


@nox.session(python=False)
def unit(session: nox.Session) -> None:
    """Run the fast tests, without Docker."""
    environment(session, "dev")
    session.run(*PYTEST, "tests/unit", *session.posargs)


@nox.session(venv_backend="venv", reuse_venv=True)
def app(session: nox.Session) -> None:
    """Run the own tests of the sample projects of the labs and of the exercises."""
    strictly = ("python", "-W", "error::DeprecationWarning")
    for name, test in (("app", ("manage.py", "test")), ("exercise-app", ("-m", "unittest"))):
        with session.chdir(f"labs/{name}"):
            session.install("--require-hashes", "-r", "requirements.txt", silent=True)
            session.run(*strictly, *test)


@nox.session(python=False)
def engine(session: nox.Session) -> None:
    """Run the tests on a real engine, faults included."""
    environment(session, "dev")
    session.run("advices", "engine", "start")
    session.run("advices", "bases")
    # Much of these tests is waiting. Tests of one file stay together: some look at all processes.
    at_once = ("-n", "2", "--dist", "loadfile", "--durations", "10")
    session.run(*PYTEST, "tests/engine", "-m", "engine", *at_once, *session.posargs)


@nox.session(python=False)
def labs(session: nox.Session) -> None:
    """Execute every lab again and compare with the committed numbers."""
    environment(session, "dev")
    session.run("advices", "engine", "start")
    session.run("advices", "check", "--quick", *session.posargs)


@nox.session(python=False)
def pages(session: nox.Session) -> None:
    """Build the site and look at it with a real browser and with Lighthouse."""
    environment(session, "dev")
    build_site(session)
    if not (os.environ.get("CHROME_PATH") or shutil.which("chromium")):
        apt = ("apt-get", "--quiet", "--quiet", "--option", "DPkg::Lock::Timeout=300")
        session.run(*apt, "update")
        session.run(*apt, "install", "--yes", "--no-install-recommends", "chromium", silent=True)
    install_lighthouse(session)
    # Cells that run in the page build real images.
    session.run("advices", "engine", "start")
    session.run(*PYTEST, "tests/browser", "-m", "browser", *session.posargs)


@nox.session(python=False)
def bench(session: nox.Session) -> None:
    """Time this project beside others, in turns, into docs/results/bench.json."""
    environment(session, "bench")
    session.run("advices", "engine", "start")
    session.run("advices", "bases")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def requirements(session: nox.Session) -> None:
    """Compile the lists of pinned packages anew from the *.in files, with hashes."""
    session.install("uv")
    for source in (*sorted(Path("requirements").glob("*.in")), *sorted(Path("labs").rglob("*.in"))):
        # A scanner runs in an image of its own only, and needs a newer Python than the toolkit.
        python = "3.13" if source.parent.name == "scanners" else "3.11"
        session.run(
            *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", python),
            *("--generate-hashes", "--no-emit-index-url", "--no-header", "--upgrade"),
            *(str(source), "--output-file", str(source.with_suffix(".txt"))),
        )
