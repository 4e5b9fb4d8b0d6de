"""Pure: a compose file -> its services, variables filled in.

Source of what each key means: the Compose Specification. What no audit can give to a container,
such as a folder of the host, is left out and named.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping

from advices.audit.reading.page import page_of
from advices.audit.reading.plain_yaml import Plain, read_yaml
from advices.audit.reading.printable import printable
from advices.audit.reading.service import Build, Service
from advices.audit.reading.variables import Variables, read_env_file
from advices.core import LabInvalid

_NOT_GIVEN = (
    *("volumes", "secrets", "configs", "devices", "privileged", "cap_add", "network_mode"),
    *("extra_hosts", "working_dir", "init", "stop_signal", "stop_grace_period", "gpus", "pid"),
    *("ipc", "security_opt", "sysctls", "ulimits", "links", "volumes_from"),
)
_NOT_BUILT_WITH = ("secrets", "ssh", "additional_contexts", "network", "extra_hosts", "platforms")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_PORT = re.compile(r"(?:.*:)?(\d{1,5})(?:-\d{1,5})?(?:/(\w+))?")


class Compose:
    """One compose file. `called` is its name in messages; `file` reads a file that it names.

    `file` raises LabInvalid for a path that must not be read, and returns None for one that is not
    there.
    """

    def __init__(
        self, text: str, called: str, variables: Variables, file: Callable[[str], str | None]
    ) -> None:
        self._called = called
        self._variables = variables
        self._file = file
        top = read_yaml(text, called)
        self._top = top if isinstance(top, dict) else {}
        found = self._top.get("services")
        if not isinstance(found, dict):
            raise self._refused("services", "there are none")
        if "include" in self._top:
            raise self._several("include")
        for name in found:
            # It becomes the name of a host, and that of a report.
            if not _NAME.fullmatch(name):
                raise self._refused("services", f"`{name}` is no name of a service")
        self._services = found

    @property
    def names(self) -> tuple[str, ...]:
        """Return the services of the file, in order."""
        return tuple(self._services)

    @property
    def built(self) -> tuple[str, ...]:
        """Return the services that have a build: those that compose starts unasked come first."""
        given = {name: one for name, one in self._services.items() if isinstance(one, dict)}
        built = [name for name, one in given.items() if one.get("build") is not None]
        return tuple(sorted(built, key=lambda name: bool(given[name].get("profiles"))))

    def service(self, name: str) -> Service:
        """Return one service. Raises LabInvalid for an unknown name, and for what is not read."""
        where = f"services.{name}"
        if name not in self._services:
            raise LabInvalid(
                printable(f"{self._called} has no service `{name}`"),
                why=f"it has {', '.join(self.names)}",
                next_step="name one of them: --service NAME",
            )
        said = self._table(self._services[name], where)
        if "extends" in said:
            raise self._several(f"{where}.extends")
        dropped = [one.upper() for one in self._texts(said.get("cap_drop"), f"{where}.cap_drop")]
        health = said.get("healthcheck")
        test = health.get("test") if isinstance(health, dict) else None
        words = self._texts(test if isinstance(test, list) else [test], f"{where}.healthcheck.test")
        return Service(
            name=name,
            image=self._text(said.get("image"), f"{where}.image") or "",
            build=self._build(said["build"], f"{where}.build") if said.get("build") else None,
            env=self._env(said, where),
            ports=self._ports(said, where),
            page=page_of(" ".join(words), name),
            command=self._words(said.get("command"), f"{where}.command"),
            entrypoint=self._words(said.get("entrypoint"), f"{where}.entrypoint"),
            needs=tuple(self._names(said.get("depends_on"), f"{where}.depends_on")),
            user=self._text(said.get("user"), f"{where}.user") or None,
            read_only=self._text(said.get("read_only"), f"{where}.read_only") == "true",
            tmpfs=tuple(
                one.partition(":")[0] for one in self._texts(said.get("tmpfs"), f"{where}.tmpfs")
            ),
            drops_all="ALL" in dropped and not said.get("cap_add"),
            left_out=tuple(key for key in _NOT_GIVEN if said.get(key) not in (None, [], {})),
        )

    def _build(self, said: Plain, where: str) -> Build:
        if isinstance(said, str):
            return Build(context=self._variables.filled(said, self._at(where)))
        said = self._table(said, where)
        given = Build()
        args = self._pairs(said.get("args"), f"{where}.args")
        return Build(
            context=self._text(said.get("context"), f"{where}.context") or given.context,
            dockerfile=self._text(said.get("dockerfile"), f"{where}.dockerfile")
            or given.dockerfile,
            inline=self._text(said.get("dockerfile_inline"), f"{where}.dockerfile_inline") or "",
            target=self._text(said.get("target"), f"{where}.target") or "",
            args={name: value for name, value in args.items() if value is not None},
            left_out=tuple(key for key in _NOT_BUILT_WITH if said.get(key) not in (None, [], {})),
        )

    def _env(self, said: Mapping[str, Plain], where: str) -> dict[str, str]:
        found: dict[str, str | None] = {}
        given = said.get("env_file")
        for one in given if isinstance(given, list) else [given] if given is not None else []:
            path, required = one, True
            if isinstance(one, dict):
                path = one.get("path")
                required = self._text(one.get("required"), f"{where}.env_file") != "false"
            name = self._text(path, f"{where}.env_file") or ""
            text = self._file(name)
            if text is None and required:
                raise LabInvalid(
                    printable(f"{self._at(where)}.env_file: there is no file `{name}`"),
                    why="compose would refuse it too",
                    next_step="write it, or leave the compose file out: "
                    "--file Dockerfile --env NAME=VALUE",
                )
            before = {**self._variables.values, **{k: v for k, v in found.items() if v is not None}}
            for key, value in read_env_file(text or "", name, before).items():
                found[key] = self._variables.get(key) if value is None else value
        found |= self._pairs(said.get("environment"), f"{where}.environment")
        return {name: value for name, value in found.items() if value is not None}

    def _pairs(self, said: Plain, where: str) -> dict[str, str | None]:
        """Return pairs of a list or a table; what has no value takes the variable of its name."""
        if isinstance(said, dict):
            given = {name: self._text(value, f"{where}.{name}") for name, value in said.items()}
        else:
            split = [one.partition("=") for one in self._texts(said, where)]
            given = {name: value if sign else None for name, sign, value in split}
        return {
            name: self._variables.get(name) if value is None else value
            for name, value in given.items()
        }

    def _ports(self, said: Mapping[str, Plain], where: str) -> tuple[int, ...]:
        found: list[int] = []
        for key in ("ports", "expose"):
            given = said.get(key)
            if given is not None and not isinstance(given, list):
                raise self._refused(f"{where}.{key}", "this is no list")
            for one in given or ():
                long = one if isinstance(one, dict) else {"target": one}
                word = self._text(long.get("target"), f"{where}.{key}") or ""
                match = _PORT.fullmatch(word)
                if match is None:
                    raise self._refused(f"{where}.{key}", f"`{word}` is no port")
                protocol = match[2] or self._text(long.get("protocol"), where) or "tcp"
                if protocol.lower() == "tcp" and 0 < int(match[1]) < 65536:
                    found.append(int(match[1]))
        return tuple(dict.fromkeys(found))

    def _words(self, said: Plain, where: str) -> tuple[str, ...] | None:
        if said is None:
            return None
        if isinstance(said, list):
            return tuple(self._texts(said, where))
        try:
            return tuple(shlex.split(self._text(said, where) or ""))
        except ValueError as error:
            raise self._refused(where, str(error)) from None

    def _names(self, said: Plain, where: str) -> Iterable[str]:
        return said if isinstance(said, dict) else self._texts(said, where)

    def _texts(self, said: Plain, where: str) -> list[str]:
        given = said if isinstance(said, list) else [] if said is None else [said]
        return [self._text(one, where) or "" for one in given]

    def _text(self, said: Plain, where: str) -> str | None:
        if isinstance(said, list | dict):
            raise self._refused(where, "a text is expected here")
        return None if said is None else self._variables.filled(said, self._at(where))

    def _table(self, said: Plain, where: str) -> dict[str, Plain]:
        if not isinstance(said, dict):
            raise self._refused(where, "a table of names and values is expected here")
        return said

    def _at(self, where: str) -> str:
        return f"{self._called}, {where}"

    def _refused(self, where: str, what: str) -> LabInvalid:
        return LabInvalid(
            printable(f"{self._at(where)}: {what}"),
            why="compose would refuse it too, or it is not as the Compose Specification has it",
            next_step="`docker compose config` shows what compose makes of the file",
        )

    def _several(self, where: str) -> LabInvalid:
        return LabInvalid(
            f"{self._at(where)}: an audit reads one compose file, and this one needs others",
            why="`include` and `extends` take services from further files",
            next_step="`docker compose config > whole.yaml`, then `--file whole.yaml`",
        )
