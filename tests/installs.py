"""What jobs install besides Python packages: browsers, helm, and programs of npm.

Noxfile's Python imports it, so it may import nothing but nox.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

from tests.jobs import run

# The toolkit, which installs an engine, takes turns at apt by the same file.
APT_LOCK = "/run/docker-advices-apt.lock"


def install_package(session: nox.Session, name: str) -> None:
    """Install a package of Debian or Ubuntu."""
    session.log(f"installing {name} from the distribution: about half a minute")
    apt = ("flock", APT_LOCK, "apt-get", "--quiet", "--quiet")
    apt = (*apt, "--option", "DPkg::Lock::Timeout=300")
    run(session, *apt, "update")
    run(session, *apt, "install", "--yes", "--no-install-recommends", name, silent=True)


def install_chromium(session: nox.Session) -> None:
    """Install the distribution's Chromium, unless there is one or CHROME_PATH says where it is."""
    if not (os.environ.get("CHROME_PATH") or shutil.which("chromium")):
        install_package(session, "chromium")


def install_lighthouse(session: nox.Session) -> None:
    """Make .nox/lighthouse out of its lock file."""
    install_of_npm(session, "lighthouse", Path("tests", "lighthouse"))


def install_of_npm(session: nox.Session, name: str, source: Path) -> None:
    """Make .nox/NAME out of a folder with a lock file, by the npm of the environment in use."""
    folder, lock = Path(".nox", name), "package-lock.json"
    stamp = folder / "made-from.json"
    wanted = (source / lock).read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        quietly = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error")
        run(session, "npm", "ci", "--prefix", str(folder), "--ignore-scripts", *quietly)
        stamp.write_text(wanted)


def install_helm(session: nox.Session) -> None:
    """Build helm into .nox/helm out of the modules that tests/helm pins."""
    source, folder = Path("tests", "helm"), Path(".nox", "helm").resolve()
    stamp = folder / "made-from.txt"
    wanted = "".join((source / name).read_text() for name in ("go.mod", "go.sum"))
    if not stamp.is_file() or stamp.read_text() != wanted:
        session.log("building helm into .nox/helm, once: some minutes")
        words = ("build", "-mod=readonly", "-trimpath", "-o", str(folder / "helm"))
        with session.chdir(source):
            # Another Go than the pinned one is not fetched, and no compiler of C is needed.
            go = {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
            run(session, "nice", "go", *words, "helm.sh/helm/v3/cmd/helm", env=go)
        stamp.write_text(wanted)
