"""Where the sample project is tried: a network with PostgreSQL, a client, and sites beside them.

Its variables, its form and its table are known here. Nothing is published: all is asked from the
client's container.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advices.core import CommandFailed, DatabaseDown, EngineRefused, clock, poll
from advices.engine import Container, Engine, Start
from advices.probes.programs import program
from advices.probes.subject import Subject

POSTGRES = "postgres:17"
SITE = "site"
TABLE = "guestbook_entry"
_USER = "guestbook"
_FIRST, _SECOND = "first", "second"
_DATABASE_SECONDS = 60.0
_SITE_SECONDS = 30.0
_COMMAND_SECONDS = 60.0
_LOG_SECONDS = 3.0


@dataclass(frozen=True)
class Stage:
    """A network with a PostgreSQL server and a client; `databases` are two addresses."""

    subject: Subject
    network: str
    server: Container
    client: Container
    databases: tuple[str, str]

    @property
    def engine(self) -> Engine:
        """Return the engine that all of it is on."""
        return self.subject.engine

    @property
    def port(self) -> int:
        """Return the port that the lab's sites listen on."""
        return self.subject.lab.serve.port

    def ask(self, task: str, *words: Any) -> Any:
        """Return what the visitor in the client container answers to one task."""
        asked = [program("twelve_factor_visitor"), json.dumps([task, *words])]
        said = self.engine.exec_output(self.client, ["python3", "-I", "-c", *asked])
        return json.loads(said.splitlines()[-1]) if said else None

    def distributions(self) -> list[tuple[str, str]]:
        """Return name and version of what the image's Python imports from."""
        argv = ["python3", "-c", program("twelve_factor_distributions")]
        return listed(self.engine.exec_output(self.client, argv))

    @contextlib.contextmanager
    def site(self, database: str | None, **env: str) -> Iterator[Site]:
        """Give a new container of the variant, behind the site's name, while it is needed."""
        image = str(self.subject.image.id)
        how = Start(env=environment(database) | env, network=self.network, alias=SITE)
        began = clock()
        container = self.engine.start(image, run_id=self.subject.run_id, how=how)
        try:
            yield Site(self, container, began)
        finally:
            self.engine.remove_container(container)

    def code_files_changed(self, container: Container) -> list[str]:
        """Return the code files that a container changed, added or removed since it started."""
        folder = self.subject.image.working_dir
        changed = code_files(self.engine.changed_files(container), folder)
        argv = ["python3", "-I", "-c", program("twelve_factor_files"), json.dumps(changed)]
        said = self.engine.exec_output(container, argv)
        return changed if said is None else list(json.loads(said))

    def migrated(self) -> bool:
        """Run `manage.py migrate` in the image; return whether that made the table.

        Where it did not, it is run once more without the image's entry point, and the second
        database becomes a copy of the first: what follows is about other factors.
        """
        words = ("python", "manage.py", "migrate", "--noinput")
        how = Start(env=environment(self.databases[0]), network=self.network, command=words)
        done = self._exit_code(how) == 0 and self._has_table()
        if not done:
            self._exit_code(replace(how, entrypoint=words, command=()))
            # A command that had to be killed may have left a session, which bars a copy.
            mine = f"datname = '{_FIRST}' AND pid <> pg_backend_pid()"
            self._sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
        self._sql(f"CREATE DATABASE {_SECOND} TEMPLATE {_FIRST}")
        return done

    def kept_over_a_restart(self) -> bool:
        """Return whether an entry is still there after a restart, with no database attached."""
        with self.site(None) as alone:
            if not alone.ready([]):
                return False
            word = alone.sign()
            self.engine.restart(alone.container)
            return alone.ready([]) and alone.shows(word)

    def _exit_code(self, how: Start) -> int | None:
        """Return the exit code of a command in the image, None if it starts or ends never."""
        image, run_id = str(self.subject.image.id), self.subject.run_id
        try:
            done = self.engine.run_once(
                image, run_id=run_id, how=how, timeout_seconds=_COMMAND_SECONDS
            )
        except (EngineRefused, CommandFailed):
            return None
        return done.exit_code

    def _sql(self, statement: str) -> str:
        address = address_of(_FIRST, "127.0.0.1", self.databases[0])
        argv = ["psql", address, "--no-psqlrc", "--tuples-only", "--no-align", "-c", statement]
        said = self.engine.exec_output(self.server, argv)
        if said is None:
            lines = self.engine.last_lines(self.server)
            raise DatabaseDown(f"PostgreSQL refused `{statement}`. Its last lines:\n{lines}")
        return said.strip()

    def _has_table(self) -> bool:
        return self._sql(f"SELECT to_regclass('{TABLE}')") == TABLE


@dataclass
class Site:
    """One container of the site, started at `began`; `port` is where it was found to answer."""

    stage: Stage
    container: Container
    began: float
    port: int = 0

    def ready(self, seconds: list[float], *ports: int) -> bool:
        """Wait for HTTP 200 on one of `ports` or the usual one; note how long that took.

        Returns whether it came before the container ended and the time was over.
        """
        serve = self.stage.subject.lab.serve
        places = [[self.container.name, port] for port in (*ports, serve.port)]
        for _ in poll(min(serve.timeout_seconds, _SITE_SECONDS), every_seconds=0.01):
            place = self.stage.ask("wait", places, serve.path, 2)
            if place is not None:
                seconds.append(round(clock() - self.began, 3))
                self.port = int(place[1])
                return True
            if not self.stage.engine.running(self.container):
                break
        return False

    def _ask(self, task: str, *words: str) -> Any:
        return self.stage.ask(task, [self.container.name, self.port], *words)

    def sign(self) -> str:
        """Sign the book with a word of our own and a picture; return the word."""
        word = secrets.token_hex(8)
        self._ask("sign", word)
        return word

    def shows(self, *words: str) -> bool:
        """Return whether the page that the container serves holds all the words."""
        looked = self._ask("look")
        return looked is not None and all(word in looked["page"] for word in words)

    def pictures(self) -> bool:
        """Return whether there are pictures on the page and every one of them comes."""
        looked = self._ask("look")
        return bool(looked and looked["pictures"]) and set(looked["pictures"]) == {200}

    def logs_on_stdout(self) -> bool:
        """Return whether a request's line comes out of stdout while the container runs."""
        word = secrets.token_hex(8)
        self._ask("status", f"/?probe={word}")
        engine = self.stage.engine
        return any(
            word in engine.stdout(self.container) for _ in poll(_LOG_SECONDS, every_seconds=0.05)
        )


@contextlib.contextmanager
def stage_of(subject: Subject) -> Iterator[Stage]:
    """Give a network with PostgreSQL and a client; all of it goes at the end."""
    engine = subject.engine
    image = subject.workshop.bases.resolve([POSTGRES])[POSTGRES].image
    password = secrets.token_hex(16)
    server_env = {
        "POSTGRES_USER": _USER,
        "POSTGRES_PASSWORD": password,
        "POSTGRES_DB": _FIRST,
        "POSTGRES_INITDB_ARGS": "--no-sync",
    }
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(engine.network(subject.run_id))

        def start(reference: str, how: Start) -> Container:
            made = engine.start(reference, run_id=subject.run_id, how=how)
            stack.callback(engine.remove_container, made)
            return made

        # The server's own start needs capabilities: it gives its folder to its user.
        # What it holds goes with it, so nothing has to reach the disk.
        server = start(
            image,
            Start(
                env=server_env,
                network=network,
                alias="database",
                default_capabilities=True,
                command=("postgres", "-c", "fsync=off"),
            ),
        )
        idle = ("python3", "-c", "import signal; signal.pause()")
        client = start(str(subject.image.id), Start(network=network, entrypoint=idle))
        _wait_for(engine, server)
        first = f"postgres://{_USER}:{password}@database/{_FIRST}"
        databases = (first, address_of(_SECOND, "database", first))
        yield Stage(subject, network, server, client, databases)


def _wait_for(engine: Engine, server: Container) -> None:
    """Return when a server accepts connections over TCP. Raises DatabaseDown."""
    # Over TCP: while the official image prepares its folder, a server listens on a socket only.
    argv = ["pg_isready", "--quiet", "--host=127.0.0.1", f"--username={_USER}"]
    for _ in poll(_DATABASE_SECONDS):
        if engine.exec_output(server, argv) is not None:
            return
        if not engine.running(server):
            break
    lines = engine.last_lines(server) or "(it printed nothing)"
    raise DatabaseDown(
        f"PostgreSQL did not accept connections within {_DATABASE_SECONDS:.0f} s. "
        f"Its last lines:\n{lines}"
    )


def environment(database: str | None) -> dict[str, str]:
    """Return the variables of one container of the site: those of a place where it runs."""
    env = {"ALLOWED_HOSTS": SITE, "SECRET_KEY": "the key of this lab's visitors, no secret"}
    return env | ({"DATABASE_URL": database} if database else {})


def address_of(name: str, host: str, like: str) -> str:
    """Return the address of another database on the server of `like`, reached by `host`."""
    return re.sub(r"@[^/]+/.*", f"@{host}/{name}", like)


def listed(printed: str | None) -> list[tuple[str, str]]:
    """Return the names and versions that the program inside printed, none if it failed."""
    return [(str(name), str(version)) for name, version in json.loads(printed or "[]")]


def code_files(changed: Iterable[str], folder: str) -> list[str]:
    """Return those changed paths below a folder that are code, folders of others left out.

    The interpreter's own cache and the files of a SQLite database are not code: the first
    follows from the code, the second is state, which factor VI looks at.
    """
    paths = sorted({path for path in changed if path.startswith(f"{folder.rstrip('/')}/")})
    inner = {str(parent) for path in paths for parent in Path(path).parents}
    return [path for path in paths if path not in inner and not _no_code(path)]


def _no_code(path: str) -> bool:
    parts = Path(path).parts
    return "__pycache__" in parts or bool(re.search(r"\.sqlite3?(-\w+)?$", path))
