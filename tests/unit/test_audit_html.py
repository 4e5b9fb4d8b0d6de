"""The report of an audit as HTML: what is in it, that it stands alone, and that nothing acts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from audit_world import BAD, World, made
from container_programs import printed
from local_sites import sites

from advices import audit
from advices.audit.report.commands import repeat
from advices.audit.report.cost import costs
from advices.lab import MeasureName
from advices.results import Finding as Said
from advices.results import Linted

ROOT = Path(__file__).parents[2]
EVIL = "<script>alert(1)</script>"
VOID = {"meta", "rect", "br"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with sites() as port_of:
        here = World(made(tmp_path / "project"), port_of)
        yield here


class Read(HTMLParser):
    """The elements of a page, each opened and closed, and the text of each heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[int, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and re.fullmatch("h[1-6]", self.open[-1]):
            self.headings.append((int(self.open[-1][1]), data))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def linted(found: audit.Audit, **rules: str) -> audit.Audit:
    said = Linted(findings=tuple(Said(rule=r, line=2, says=s) for r, s in rules.items()))
    missing = {"check": "this builder has no --call=check"}
    return replace(found, lint=audit.Lint({"hadolint": said}, missing))  # type: ignore[dict-item]


def test_the_sentence_comes_first_then_the_table_the_diff_and_the_rest(world: World) -> None:
    found = linted(world.audited(), DL3002="the last user is root")
    page = audit.html(found)
    read = Read(page)
    assert [text for level, text in read.headings] == [
        *("Audit of project", "What it costs", "The diff", "Measured"),
        *("Tried, and not in the diff", "Lint said, we measured", "Not judged", "What was built"),
    ]
    assert [level for level, _ in read.headings] == [1, *[2] * 7]
    lead = page.index('<p class="adv-audit__lead">A one-line edit of app.py runs 2 steps again')
    assert lead < page.index("<svg") < page.index("What it costs")
    for words in ("10001", "−1", "docker exec advices-audit grep", "+USER 10001:10001"):
        assert words in page


def test_it_can_be_read_without_seeing_it(world: World) -> None:
    page = audit.html(linted(world.audited(), DL3025="JSON, please", DL3002="root"))
    read = Read(page)
    assert read.named("html") == [{"lang": "en"}]
    assert len(read.named("title")) == len(read.named("main")) == len(read.named("h1")) == 1
    ours = [one for one in read.named("table") if "adv-audit__table" in str(one.get("class"))]
    assert len(ours) == len(read.named("caption")) >= 4
    assert all(one.get("scope") in ("col", "row") for one in read.named("th"))
    assert all(one.get("aria-label") for one in read.named("svg") if one.get("role") == "img")
    # Rows that a phone shows as cards stay rows, and each cell is named.
    cells = [one for one in read.named("td") if one.get("role")]
    assert all(one["role"] == "cell" and one["data-label"] is not None for one in cells)
    # Each of several equal buttons says which it is.
    assert page.count("<summary>commands") == page.count("<summary>commands<span")


def test_it_loads_nothing_and_leads_to_chapters_only_where_they_are(world: World) -> None:
    found = world.audited()
    alone = Read(audit.html(found))
    assert {"script", "img", "link", "iframe", "object"}.isdisjoint(tag for tag, _ in alone.tags)
    assert not any({"src", "href", "srcset"} & attrs.keys() for _, attrs in alone.tags)
    assert "url(" not in audit.html(found)
    assert "@import" not in audit.html(found)
    (policy,) = (one for one in alone.named("meta") if "http-equiv" in one)
    assert str(policy["content"]).startswith("default-src 'none'")
    linked = Read(audit.html(found, site="https://example.org/advices/"))
    targets = {str(one["href"]) for one in linked.named("a")}
    assert "https://example.org/advices/chapters/non-root/" in targets
    assert all(one.startswith("https://example.org/advices/chapters/") for one in targets)


def test_nothing_foreign_acts(world: World, tmp_path: Path) -> None:
    name = f'a"{EVIL.replace("/", "")}&amp; {{{{ x }}}}'
    files = {f"docker__{EVIL.replace('/', '')}.py": "x = 1\n" * 9}
    dockerfile = f"# {EVIL} </pre> \N{RIGHT-TO-LEFT OVERRIDE}\x1b[2J\n" + BAD
    world.root = made(tmp_path / name, dockerfile, **files)
    world.refuses = lambda text: "USER 10001" in text
    found = linted(world.audited(), **{"DL'\"><b>": EVIL, "DL3002": "x`y|z\x00\x1b[1m"})
    trial = found.trial
    why = {"uid": EVIL, "compilers": "\x1b]0;a title\x07 & <b>"}
    hostile = trial.yours.model_copy(update={"unmeasured": why})
    tried = tuple(replace(one, refused=EVIL) for one in trial.tried)
    found = replace(found, trial=replace(trial, yours=hostile, tried=tried, silence=EVIL))
    page = audit.html(found)
    read = Read(page)
    assert "script" not in {tag for tag, _ in read.tags}
    assert "b" not in {tag for tag, _ in read.tags}
    assert not any(name.startswith("on") for _, attrs in read.tags for name in attrs)
    assert all(sign.isprintable() or sign in "\n\t" for sign in page)
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page


def test_colours_are_those_of_the_site_in_light_and_dark() -> None:
    theirs = (ROOT / "docs" / "assets" / "extra.css").read_text("utf-8")
    ours = (ROOT / "src/advices/audit/report/colours.css").read_text("utf-8")

    def colours(text: str, start: str) -> dict[str, str]:
        block = text[text.index(start) :]
        found = re.findall(r"(--[\w-]+): ([^;]+);", block[: block.index("}")])
        return dict(found)

    for mine, of_the_site in (
        (":root {\n  color-scheme", '[data-md-color-scheme="default"] {'),
        ("dark) {", '[data-md-color-scheme="slate"] {'),
    ):
        wanted = colours(ours, mine)
        known = colours(theirs, of_the_site)
        assert wanted
        assert {name: known[name] for name in wanted} == wanted


def test_what_loses_most_comes_first(world: World) -> None:
    found = costs(world.audited())
    names = [str(one.finding.measure) for one in found]
    assert names[0] == "uid"
    of_bytes = [one.bytes for one in found if str(one.finding.measure) != "uid"]
    assert of_bytes == sorted(of_bytes, reverse=True)
    assert of_bytes[0] > 0


def test_a_fix_is_told_by_what_it_brings_alone(world: World) -> None:
    # Other fixes take away bytes too, so that the whole diff tells nothing of one of them.
    whole = world.audited()
    tried = [
        replace(one, before=9, after=5) if one.remedy.name == "slim" else one
        for one in whole.trial.tried
    ]
    whole = replace(whole, trial=replace(whole.trial, tried=tuple(tried)))
    found = {one.finding.fix: one for one in costs(whole)}
    slim = found["slim"]
    assert (slim.alone, slim.difference, slim.bytes) == (5, -4, 4)
    assert slim.finding.after != 5
    assert found["user"].difference is None


def test_a_command_repeats_the_measure_as_a_shell_reads_it(world: World, tmp_path: Path) -> None:
    world.root = made(tmp_path / "project 2", EVIL__py="x\n")
    found = world.audited(build_args={"TOKEN": "hush"}, env={"KEY": "hush"}, port=8080)
    told = {name: repeat(found, MeasureName.parse(name)) for name in ("uid", "edit-source.seconds")}
    assert "docker build --tag advices-audit --file Dockerfile --build-arg TOKEN ." in told["uid"]
    assert "docker run --detach --name advices-audit --env KEY advices-audit" in told["uid"]
    assert told["edit-source.seconds"].startswith("advices audit . --file Dockerfile --context .")
    assert "hush" not in "".join(told.values())
    edit = repeat(found, MeasureName("steps_run", "edit-source"))
    assert "echo '# edited' >> app.py" in edit


def test_equal_lines_of_a_program_are_told_once_with_how_often(world: World) -> None:
    lines = ["waiting for db\n"] * 10 + ["no db\n", "waiting for db\n"]
    world.engine.runs = lambda image, how: printed("".join(lines), exit_code=1)
    found = world.audited()
    wanted = "Its last lines: waiting for db (… 10 times) no db waiting for db why: "
    ((said,),) = [row[1:] for row in audit.not_judged_rows(found) if row[0] == "Answers"]
    assert wanted in said
    assert said.count("waiting for db") == 2
    assert wanted in audit.html(found)
    assert wanted in audit.markdown(found)
