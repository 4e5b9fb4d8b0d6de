"""Learners who log in elsewhere: whose seat an account has, and what its settings never do."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.auth import Authenticator
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from tornado import web
from traitlets.config import Config

from advices import classroom
from advices.classroom.hub import extra
from advices.classroom.hub.authenticator import ClassAuthenticator
from advices.classroom.hub.other_login import OtherLogin, account, shown_name
from advices.classroom.progress.store import Store
from advices.cli import class_hub

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
SEATS = ["adv-seat-01", "adv-seat-02"]
HANDLER = SimpleNamespace(
    request=SimpleNamespace(remote_ip="10.0.0.1"), find_user=lambda _seat: None
)


class Elsewhere(Authenticator):
    """Lets in who comes with proof, as authenticators with their own page do."""

    login_service = "a school"

    def login_url(self, base_url: str) -> str:
        return f"{base_url}elsewhere"

    async def authenticate(self, _handler: Any, data: Any) -> Any:
        return data


def settings(kind: type | str = Elsewhere, **people: Any) -> Config:
    """Return what the hub has before the trainer's file is read, and what that says of people."""
    c = Config()
    c.JupyterHub.authenticator_class = kind
    c.Authenticator.update(people)
    return c


def door(folder: Path, kind: type = Elsewhere, **people: Any) -> OtherLogin:
    """Return the door of a class of two, with a trainer's settings of people."""
    c = settings(kind, **people)
    extra.choose_login(c)
    c.Seating.update(
        {
            "seats": SEATS,
            "store": Store(folder, 14),
            "allowed_users": {*SEATS, "trainer"},
        }
    )
    assert c.JupyterHub.authenticator_class is OtherLogin
    return OtherLogin(config=c)


def comes(one: OtherLogin, name: str, number: str = "", **more: Any) -> dict[str, Any]:
    """Let an account come by its own page; return what the hub gets to know."""
    proved = {"name": name, "auth_state": {"sub": number} if number else None, **more}
    return asyncio.run(one._by.get_authenticated_user(HANDLER, proved))


def refused(one: OtherLogin, name: str, number: str = "") -> str:
    with pytest.raises(web.HTTPError) as told:
        comes(one, name, number)
    assert told.value.status_code == 403
    return told.value.jupyterhub_message


def test_two_accounts_with_one_name_have_two_seats(tmp_path: Path) -> None:
    one = door(tmp_path, allow_all=True)
    assert comes(one, "Ada", "1")["name"] == "adv-seat-01"
    assert comes(one, "Ada", "2")["name"] == "adv-seat-02"
    assert [who.name for who in one.store.learners()] == ["ada", "ada"]


def test_an_account_keeps_its_seat_under_another_name(tmp_path: Path) -> None:
    one = door(tmp_path, allow_all=True)
    assert comes(one, "Ada", "1")["name"] == comes(one, "Ada Lovelace", "1")["name"]
    assert "All 2 seats" not in str(comes(one, "Ben", "2"))
    assert refused(one, "Cyd", "3").startswith("All 2 seats are taken. If one of them is yours,")
    one.store.free("adv-seat-01")
    assert comes(one, "Cyd", "3")["name"] == "adv-seat-01"


def test_without_a_number_the_name_is_the_account(tmp_path: Path) -> None:
    one = door(tmp_path, allow_all=True)
    assert comes(one, "Ada")["name"] == comes(one, "ada")["name"] == "adv-seat-01"
    assert comes(one, "Ben")["name"] == "adv-seat-02"


def test_an_account_is_one_of_its_issuer() -> None:
    def of(**claims: str) -> str:
        return account(Elsewhere, {"name": "x", "auth_state": claims})

    assert of(sub="1", iss="a") != of(sub="1", iss="b") != of(sub="2", iss="a")
    assert of(sub="1", iss="a", name="x") == of(sub="1", iss="a", name="y")
    # Nobody can type it as a name, and nothing of the account can be read in it.
    assert re.fullmatch("[0-9a-f]{64}", of(sub="ada@example.org"))


def test_no_pin_and_no_name_lead_to_the_seat_of_an_account(tmp_path: Path) -> None:
    one = door(tmp_path, allow_all=True)
    comes(one, "Ada", "1")
    store: Store = one.store
    assert store.seat_of("Ada") is None
    for pin in ("", "1234"):
        assert not store.knows("Ada", pin)
        assert not store.knows(account(Elsewhere, {"name": "ada", "auth_state": {"sub": "1"}}), pin)


def test_only_who_the_settings_name_gets_in(tmp_path: Path) -> None:
    one = door(tmp_path, allowed_users={"Ada"}, admin_users={"Teacher"}, blocked_users={"Eve"})
    assert comes(one, "ada", "1")["name"] == "adv-seat-01"
    # Names of the hub's own users are those of accounts too, and mean nothing.
    for name in ("ben", "eve", "trainer", *SEATS):
        assert refused(one, name) == "This account is not in the class. Ask your trainer."
    assert comes(one, "teacher") == {"name": "trainer", "admin": False, "groups": []}
    assert [who.name for who in one.store.learners()] == ["ada"]


@pytest.mark.parametrize("name", [*SEATS, "trainer", "root"])
def test_nobody_becomes_the_hubs_admin_by_the_name_of_an_account(tmp_path: Path, name: str) -> None:
    """JupyterHub makes each of its authenticator's `admin_users` an admin when it starts."""
    one = door(tmp_path, admin_users={name}, allow_all=True, username_pattern="[a-z0-9-]+")
    assert one.admin_users == set()
    assert one.allowed_users == {*SEATS, "trainer"}
    assert not one.allow_all
    assert all(one.validate_username(seat) for seat in one.allowed_users)
    assert comes(one, name)["name"] == "trainer"
    assert comes(one, "ada", "1") == {"name": "adv-seat-01", "admin": False, "groups": []}


def test_what_has_its_own_page_believes_no_form(tmp_path: Path) -> None:
    one = door(tmp_path, allow_all=True)
    assert not one.has_form
    assert one.login_url("/hub/") == "/hub/elsewhere"
    with pytest.raises(web.HTTPError) as told:
        asyncio.run(one.get_authenticated_user(HANDLER, {"name": "ada", "auth_state": None}))
    assert told.value.jupyterhub_message == "Log in with a school."
    assert one.store.learners() == []


def test_what_asks_for_a_password_uses_the_hubs_form_and_slows_guesses(tmp_path: Path) -> None:
    one = door(tmp_path, SharedPasswordAuthenticator, allowed_users={"ada"})
    one._by.user_password = "right password"
    assert one.has_form

    def typed(password: str, name: str = "ada") -> Any:
        form = {"username": name, "password": password}
        return asyncio.run(one.get_authenticated_user(HANDLER, form))

    assert typed("right password")["name"] == "adv-seat-01"
    for name, password in (("ada", "wrong"), ("ben", "right password")):
        with pytest.raises(web.HTTPError) as told:
            typed(password, name)
        assert told.value.jupyterhub_message.startswith("Name or password is wrong")
    for _ in range(18):
        with pytest.raises(web.HTTPError):
            typed("wrong")
    with pytest.raises(web.HTTPError) as told:
        typed("right password")
    assert told.value.status_code == 429
    assert "Too many wrong attempts" in told.value.jupyterhub_message


@pytest.mark.parametrize(
    ("name", "seen"),
    [("Ada", "Ada"), ("A\u202eda\n\tL", "Ada L"), ("x" * 99, "x" * 40), ("\u200b", "learner")],
)
def test_a_name_is_shown_short_and_without_what_nobody_sees(name: str, seen: str) -> None:
    assert shown_name(name) == seen


def test_no_laptop_joins_without_a_code(tmp_path: Path) -> None:
    one = door(tmp_path)
    assert "a laptop cannot join it" in one.no_laptops()
    assert not one.by_code and ClassAuthenticator.by_code


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """A class that runs, of which the hub says whether codes let learners in."""
    by_code = {"it": False}
    how = SimpleNamespace(address=SimpleNamespace(origin="https://class.test"), store_host=None)
    hub = SimpleNamespace(wait=lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    for name, value in {
        "class_in": lambda _: SimpleNamespace(seats=[1], project=Path(), hub_port=1),
        "chosen": lambda *_: None,
        "how_opened": lambda *_, **__: how,
        "opened": lambda _: how,
        "running": lambda *_: contextlib.nullcontext(hub),
        "codes": lambda _: SimpleNamespace(learners="abcd-efgh", trainer="f" * 32),
        "board_url": lambda _: "https://trainer.class.test/",
        "lets_in_by_code": lambda _: by_code["it"],
    }.items():
        monkeypatch.setattr(classroom, name, value, raising=False)
    return by_code


def test_the_start_names_no_code_that_opens_nothing(
    running: dict[str, bool], capsys: pytest.CaptureFixture[str]
) -> None:
    class_hub.start(config=Path("/etc/class.py"))
    said = capsys.readouterr().out
    assert "they and you log in as /etc/class.py says, without a code" in said
    assert "your page: https://trainer.class.test/" in said
    for absent in ("abcd-efgh", "f" * 32, "laptop"):
        assert absent not in said
    running["it"] = True
    class_hub.start(config=Path("/etc/class.py"))
    assert "abcd-efgh" in capsys.readouterr().out


def test_the_codes_come_with_a_note_while_they_open_nothing(
    running: dict[str, bool], capsys: pytest.CaptureFixture[str]
) -> None:
    class_hub.code()
    assert "these codes open nothing meanwhile" in capsys.readouterr().out
    running["it"] = True
    class_hub.code()
    assert "open nothing" not in capsys.readouterr().out


def test_a_file_that_sets_no_login_leaves_the_code(tmp_path: Path) -> None:
    c = settings(ClassAuthenticator)
    file = tmp_path / "class.py"
    file.write_text("c.Spawner.http_timeout = 5\nget_config().Spawner.start_timeout = 6\n")
    extra.take(file, c)
    assert c.JupyterHub.authenticator_class is ClassAuthenticator
    assert (c.Spawner.http_timeout, c.Spawner.start_timeout) == (5, 6)
    assert "OtherLogin" not in c


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\n\ny = z\n", "class.py, line 3: NameError: name 'z' is not defined"),
        ("c.\n", "class.py, line 1: SyntaxError: "),
        ("import os\nos.stat('/no/where')\n", "class.py, line 2: FileNotFoundError: "),
        (
            "c.JupyterHub.authenticator_class = 'no-such-login'\n",
            "this Python has no authenticator no-such-login",
        ),
        (
            "c.JupyterHub.authenticator_class = 'nowhere.Login'\n",
            "`pip install --require-hashes -r requirements/login.txt`",
        ),
        ("c.JupyterHub.authenticator_class = 'os.path'\n", "os.path is no authenticator"),
    ],
)
def test_a_fault_in_the_file_is_one_sentence_of_the_log(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "class.py"
    file.write_text(text)
    with pytest.raises(SystemExit) as told:
        extra.take(file, settings(ClassAuthenticator))
    assert says in str(told.value)
    assert "\n" not in str(told.value)


def test_the_packages_are_in_no_other_list_and_fit_the_hubs() -> None:
    """A learner's Python does not grow, and installing them changes nothing of a class's."""

    def pinned(name: str) -> dict[str, str]:
        text = (REQUIREMENTS / f"{name}.txt").read_text("utf-8")
        return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.M))

    mine, hub = pinned("login"), pinned("hub")
    assert {
        name: version for name, version in mine.items() if hub.get(name, version) != version
    } == {}
    assert {"oauthenticator", "jupyterhub-ltiauthenticator"} <= mine.keys()
    for name in ("labs", "tools", "site", "hub", "seat", "hub-image"):
        assert not {"oauthenticator", "jupyterhub-ltiauthenticator"} & pinned(name).keys(), name
