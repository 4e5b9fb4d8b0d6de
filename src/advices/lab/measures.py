"""Pure: every measure that a result can hold, what it is called and what it counts.

A probe's measures stand here too, so that a site or a notebook names them without the probe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from advices.core import ResultInvalid
from advices.lab.measure import OF_A_BUILD, OF_A_START, OF_AN_IMAGE, Measure
from advices.lab.measure_name import MeasureName
from advices.lab.measures_of_limits import HEALTH, LIMITS
from advices.lab.model import COLD
from advices.lab.scans import RISKS

SCANNERS = {"wapiti": "Wapiti", "zap": "ZAP"}
"""How each scanner is called."""


def _of_a_scan(scanner: str, name: str) -> dict[str, Measure]:
    """Return the measures that one scanner gives."""
    return {
        f"{scanner}_rules": Measure(f"Rules that {name} raised", "their ids, sorted"),
        f"{scanner}_alerts": Measure(
            f"Kinds of alerts by {name}", "rules that raised an alert at least once", True
        ),
        **{
            f"{scanner}_{risk}": Measure(
                f"Of risk {risk}, by {name}", f"rules that raised an alert of risk {risk}", True
            )
            for risk in RISKS
        },
    }


PROBED: dict[str, dict[str, Measure]] = {
    "files": {
        "executables": Measure("Executables", "programs in the folders of PATH", True),
        "shells": Measure("Shells", "different shells; several names of one count once", True),
        "compilers": Measure(
            "Compilers", "different compilers; several names of one count once", True
        ),
        "package_managers": Measure(
            "Package managers", "apt, dpkg, apk, pip and the like, each once", True
        ),
        "setuid_files": Measure(
            "Setuid files", "files that run with the rights of their owner or group", True
        ),
        "packages": Measure("System packages", "listed by dpkg or apk; a dash: no list", True),
        "distributions": Measure("Python distributions", "installed Python packages"),
        "apt_lists_bytes": Measure("Package lists", "what apt keeps of its downloads", True),
        "pip_cache_bytes": Measure("pip's cache", "what pip keeps of its downloads", True),
        "build_tool_bytes": Measure(
            "Build tools", "headers, static libraries, Debian's development packages", True
        ),
        "documentation_bytes": Measure("Documentation", "manuals, docs and translations", True),
        "python_package_bytes": Measure("Python packages", "all of site-packages"),
        "app_bytes": Measure("The project", "the files below WORKDIR, without packages"),
        "other_bytes": Measure("Everything else", "the system and the interpreter", True),
        "hidden_bytes": Measure(
            "Hidden bytes",
            "files of lower layers that a later layer deletes, replaces or changes",
            True,
        ),
    },
    "imports": {
        "distributions_failing": Measure(
            "Distributions that fail", "installed Python packages that cannot be imported", True
        ),
        "missing_libraries": Measure(
            "Missing libraries",
            "shared libraries that extension modules need but do not find",
            True,
        ),
    },
    "installed": {
        "off_lock": Measure(
            "Packages off the lock",
            "installed in another version than uv.lock says, or not in it, or asked for by "
            "pyproject.toml and not installed",
            True,
            varies=True,
        ),
        "installer_bytes": Measure(
            "Installers", "uv, pip and their caches in layers above the base's, unpacked", True
        ),
        "uncompiled_modules": Measure(
            "Modules without bytecode", "installed modules that Python compiles at a start", True
        ),
    },
    "inventory": {
        "components": Measure("Components in the SBOM", "packages that a list in the image names"),
        "listed_system_packages": Measure(
            "System packages in the SBOM", "named by the lists of dpkg or apk"
        ),
        "listed_distributions": Measure(
            "Python packages in the SBOM", "named by their metadata, with a version"
        ),
        "lock_unnamed": Measure(
            "Locked packages that the image does not name",
            "packages of requirements.txt that the lists do not have at that version alone",
            True,
        ),
        "origin_labels": Measure(
            "Labels about its origin", "source, revision and created, if they are not empty", False
        ),
        "fixes_seen_missing": Measure(
            "Security fixes seen missing",
            "published after the version that the SBOM names; a package without a name counts none",
            True,
        ),
        "idle_distributions": Measure(
            "Idle Python packages",
            "named ones of which no file is opened from the start to the first page",
            True,
        ),
        "bundled_libraries": Measure(
            "Libraries inside wheels", "shared libraries that Python packages bring along"
        ),
        "bundled_components": Measure(
            "Components that wheels name", "listed by the SBOMs inside of wheels"
        ),
    },
    "opened": {
        "files_in_image": Measure(
            "Files in the image", "regular files that a container sees", True
        ),
        "files_opened": Measure(
            "Files that it opens", "opened by Python or mapped, from the start to the first page"
        ),
        "opened_bytes": Measure("Bytes of the files that it opens", "their sizes, unpacked"),
    },
    "user": {
        "capabilities": Measure(
            "Effective capabilities", "those of PID 1, with plain docker run", True
        ),
        "writable_app_files": Measure(
            "Writable files", "files below WORKDIR that the user of PID 1 can change", True
        ),
    },
    "stop": {
        "stop_seconds": Measure("Time to stop", "how long docker stop takes, median", True),
        "stop_exit_code": Measure("Exit code", "of the container after docker stop"),
        "requests_lost": Measure(
            "Requests lost",
            "accepted while docker stop ran and never answered: the highest of all samples",
            True,
            varies=True,
        ),
    },
    "health": {**HEALTH},
    "limits": {**LIMITS},
    "secrets": {
        "secrets_in_history": Measure(
            "Secrets in the history", "entries of docker history that hold the secret", True
        ),
        "secrets_in_config": Measure(
            "Secrets in the configuration", "fields of docker inspect that hold the secret", True
        ),
        "secrets_in_layers": Measure(
            "Secrets in layers", "layers with a file that holds the secret", True
        ),
    },
    "environment": {
        "env_wrong": Measure(
            "Wrong variables", "variables that have another value than intended in PID 1", True
        ),
    },
    "set": {
        "images": Measure("Images", "the images of the set"),
        "set_disk_bytes": Measure(
            "The set on disk", "all different layers of the set, unpacked", True
        ),
        "set_transfer_bytes": Measure(
            "The set to transfer", "all different layers of the set, compressed", True
        ),
        "sum_disk_bytes": Measure(
            "Images added up, on disk", "what the list of images suggests, unpacked"
        ),
        "sum_transfer_bytes": Measure(
            "Images added up, to transfer", "what the images would move separately, compressed"
        ),
        "shared_transfer_bytes": Measure(
            "Shared bytes", "what shared layers save in transfer, compressed", False
        ),
    },
    "web-scan": {
        "version_banner": Measure(
            "Shows its version", "the Server header of an answer contains a number", True
        ),
        **_of_a_scan("wapiti", SCANNERS["wapiti"]),
        **_of_a_scan("zap", SCANNERS["zap"]),
    },
    "twelve-factor": {
        "undeclared_distributions": Measure(
            "Undeclared packages",
            "Python packages that requirements.txt does not list, or lists in another version",
            True,
        ),
        "database_swapped": Measure(
            "Database swapped", "DATABASE_URL alone attaches another PostgreSQL", False
        ),
        "code_files_changed": Measure(
            "Code changed at the start", "files below WORKDIR that the start adds or changes", True
        ),
        "state_survives": Measure(
            "State survives", "an entry is still there after the container was replaced", False
        ),
        "obeys_port": Measure("Obeys PORT", "the container listens where PORT says", False),
        "replicas_answering": Measure(
            "Replicas that answer", "of two containers of one image behind one name", False
        ),
        "replicas_agree": Measure(
            "Replicas agree", "each shows what was signed at the other", False
        ),
        "logs_on_stdout": Measure(
            "Logs on stdout", "docker logs shows a request while the container runs", False
        ),
        "admin_commands_run": Measure(
            "Admin commands", "manage.py migrate runs from the same image", False
        ),
        "factors_met": Measure(
            "Factors met, of ten", "the factors that a container can show: all but I and X", False
        ),
        "pictures_survive": Measure(
            "Pictures survive", "an uploaded file is still there in a new container", False
        ),
        "restart_keeps_state": Measure(
            "State survives a restart",
            "an entry in the container's own database survives its restart",
            False,
        ),
        "attached_first_200_seconds": Measure(
            "Time to the first answer with PostgreSQL",
            "from the start of a container with DATABASE_URL to HTTP 200, median",
            True,
        ),
    },
}
"""The measures of every probe, by the probe's name in lab.toml."""

_PROBED = {name: measure for of_one in PROBED.values() for name, measure in of_one.items()}


def meanings() -> dict[str, dict[str, dict[str, str]]]:
    """Return label and meaning of every measure, as published: of an image, a build, a start."""
    kinds = {"image": OF_AN_IMAGE | _PROBED, "build": OF_A_BUILD, "start": OF_A_START}
    return {
        kind: {name: {"label": m.label, "meaning": m.meaning} for name, m in of_kind.items()}
        for kind, of_kind in kinds.items()
    }


Says = Mapping[str, str]
"""What each replay and start does, in the words of lab.toml, by its name."""


def describe(measure: MeasureName, says: Says | None = None) -> Measure:
    """Return what a measure means; for one of a build or a start the label says which.

    Raises ResultInvalid for a name that has no description here.
    """
    known = (OF_A_BUILD | OF_A_START if measure.of else OF_AN_IMAGE | _PROBED).get(measure.name)
    if known is None:
        raise ResultInvalid(
            f"the measure `{measure}` has no description",
            why="it is misspelt, or new and has no description in src/advices/lab/measures.py",
            next_step="use a name that the result has, or describe the new one there",
        )
    if not measure.of:
        return known
    words = when if measure.name in OF_A_BUILD else how_started
    return replace(known, label=f"{known.label} {words(measure.of, says)}")


def varies(measure: MeasureName) -> bool:
    """Return whether a measure may differ between two runs: seconds, and what `varies` marks."""
    probed = _PROBED.get(measure.name)
    return measure.is_time or (probed is not None and probed.varies)


def how_started(start: str, says: Says | None = None) -> str:
    """Return the words that place a start in a sentence: "with a random user"."""
    return says[start] if says and start in says else f"started {start}"


def when(build: str, says: Says | None = None) -> str:
    """Return the words that place a build in a sentence: "when one line is edited"."""
    if build == COLD:
        return "in the first build"
    return f"when {says[build]}" if says and build in says else f"after {build}"
