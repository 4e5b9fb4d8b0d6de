"""What a compose or bake file of a project says of the service that is audited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from advices.audit.reading.asked import Asked
from advices.audit.reading.bake import bake_services
from advices.audit.reading.chosen import Chosen
from advices.audit.reading.compose import Compose
from advices.audit.reading.places import Places, file_text
from advices.audit.reading.service import Service
from advices.audit.reading.variables import Variables, read_env_file
from advices.core import LabInvalid

COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
BAKE_NAMES = ("docker-bake.json", "docker-bake.hcl")
_OVERRIDES = tuple(
    f"{name.partition('.')[0]}.override.{name.partition('.')[2]}" for name in COMPOSE_NAMES
)
_FILE = "--file"
Bake = Callable[[Path, Sequence[str], Sequence[str]], Mapping[str, object]]
"""What asks buildx for the targets of bake files: a folder, the files' names, names of targets."""


@dataclass(frozen=True)
class Plan:
    """A file that says how images are built and started, and those of its services that build.

    `service` is the one that is audited, `beside` are those that it depends on.
    """

    file: Path
    service: Service
    built: tuple[str, ...]
    beside: tuple[Service, ...] = ()


def is_plan(file: Path) -> bool:
    """Return whether a file is a compose or a bake file by its name."""
    return file.suffix.lower() in (".yaml", ".yml", ".hcl", ".json")


def plan_of(places: Places, asked: Asked, bake: Bake, chosen: list[Chosen]) -> Plan | None:
    """Return what a compose or bake file says, None where the project has none that builds.

    A Dockerfile that was asked for needs none, unless a service was asked for too. `chosen` gets
    what was found out. Raises LabInvalid for what is not read.
    """
    service, file = asked.service, asked.file
    if file is not None and not is_plan(file):
        if not service:
            return None
        file = None
    if file is None:
        likely = (places.folder / name for name in (*COMPOSE_NAMES, *BAKE_NAMES))
        file = next((one for one in likely if one.is_file()), None)
        if file is not None and not places.within(file):
            raise places_error(places.shown(file))
    if file is None:
        if service:
            raise LabInvalid(
                f"there is no service `{service}`: {places.folder} has no compose or bake file",
                why=f"looked for {', '.join((*COMPOSE_NAMES, *BAKE_NAMES))}",
                next_step="name it: --file path/to/compose.yaml",
            )
        return None
    file = file.resolve()
    if file.suffix.lower() in (".yaml", ".yml"):
        return _of_compose(places, file, service, asked.variables, chosen)
    return _of_bake(places, file, service, bake, chosen)


def places_error(shown: str) -> LabInvalid:
    """Return the error about a file that is a link out of the project."""
    return LabInvalid(
        f"{shown} leads out of the project",
        why="it is a link, and an audit follows none out of the project",
        next_step="put the file itself there",
    )


def _of_compose(
    places: Places, file: Path, service: str, environment: Mapping[str, str], chosen: list[Chosen]
) -> Plan | None:
    shown, folder = places.shown(file), file.parent
    if (text := file_text(file, shown, "--file Dockerfile")) is None:
        raise LabInvalid(f"there is no file {shown}", why="--file names it", next_step="correct it")
    dotenv = places.text(folder, ".env", f"{shown}: .env", "--file Dockerfile") or ""
    set_there = read_env_file(dotenv, ".env", environment)
    known = {name: value for name, value in set_there.items() if value is not None}
    variables = Variables({**known, **environment})
    compose = Compose(
        *(text, shown, variables),
        lambda path: places.text(folder, path, f"{shown}: env_file", "--env NAME=VALUE"),
    )
    name = service or _picked(compose.built, shown, chosen)
    if not name:
        chosen.append(Chosen(shown, "left out", "no service of it builds an image", "--service"))
        return None
    found = compose.service(name)
    if found.build is None:
        raise LabInvalid(
            f"{shown}: the service `{name}` builds no image",
            why=f"those that do are {', '.join(compose.built) or 'none'}",
            next_step="name one of them: --service NAME",
        )
    beside = _needed(compose, found)
    _tell(found, variables, chosen)
    for override in (one for one in _OVERRIDES if (folder / one).is_file()):
        why = "an audit reads one compose file (`docker compose config` makes one of several)"
        chosen.append(Chosen(override, "left out", why, _FILE))
    return Plan(file, found, compose.built, beside)


def _of_bake(
    places: Places, file: Path, service: str, bake: Bake, chosen: list[Chosen]
) -> Plan | None:
    shown = places.shown(file)
    said = bake(file.parent, [file.name], [service] if service else [])
    services = bake_services(said, shown)
    name = service if service in services else ""
    name = name or _picked(tuple(services), shown, chosen)
    if not name:
        raise LabInvalid(
            f"{shown} has no target",
            why="`docker buildx bake --print` names none",
            next_step="name a target: --service NAME",
        )
    _tell(services[name], Variables({}), chosen)
    return Plan(file, services[name], tuple(services))


def _picked(built: Sequence[str], shown: str, chosen: list[Chosen]) -> str:
    if not built:
        return ""
    why = f"it is the only one of {shown} that builds"
    if len(built) > 1:
        why = f"it is the first of {len(built)} of {shown} that build: {', '.join(built)}"
    chosen.append(Chosen("service", built[0], why, "--service"))
    return built[0]


def _needed(compose: Compose, service: Service) -> tuple[Service, ...]:
    """Return what a service depends on, what that depends on included, each once."""
    found: dict[str, Service] = {}
    waiting = list(service.needs)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name != service.name:
            found[name] = compose.service(name)
            waiting += found[name].needs
    return tuple(found.values())


def _tell(service: Service, variables: Variables, chosen: list[Chosen]) -> None:
    """Add what of a service no audit gives to a build or a container, and what is not set."""
    build = service.build.left_out if service.build else ()
    for what, keys in (("the build", build), ("the container", service.left_out)):
        if keys:
            why = "an audit gives it no folder, secret or right of this machine"
            chosen.append(Chosen(f"of {what}", f"left out {', '.join(keys)}", why, ""))
    for name in variables.unset:
        why = "neither the environment nor .env sets it"
        chosen.append(Chosen(f"${{{name}}}", "empty", why, ""))
