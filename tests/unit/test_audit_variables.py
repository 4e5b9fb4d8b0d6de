"""What a compose file says: YAML within limits, and variables as compose fills them in."""

from __future__ import annotations

import pytest

from advices.audit.reading.plain_yaml import read_yaml
from advices.audit.reading.variables import Variables, read_env_file
from advices.core import LabInvalid

# ---------- YAML ----------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("True", "true"),
        ("22:22", "22:22"),
        ("3.10", "3.1"),
        ("'3.10'", "3.10"),
        ("1.0", "1"),
        ("0o17", "15"),
        ("'0o17'", "0o17"),
        ("017", "15"),
        ("0x1f", "31"),
        ("-5", "-5"),
        ("1e3", "1000"),
        ("1.5e+3", "1500"),
        ("2026-11-29", "2026-11-29"),
        ("~", None),
        ("''", ""),
        (".inf", ".inf"),
    ],
)
def test_a_scalar_is_what_compose_makes_of_it(written: str, read: str | None) -> None:
    assert read_yaml(f"a: {written}\n", "x") == {"a": read}


def test_aliases_and_merges_are_followed() -> None:
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: own\nw: *x\n"
    found = read_yaml(text, "x")
    assert isinstance(found, dict)
    assert found["z"] == {"a": "own", "b": "2", "c": "4"}
    assert found["w"] == {"a": "1", "b": "2"}


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, "its aliases make more than 100000 values"),
        (MERGES, "its aliases make more than 100000 values"),
        ("a: &a [*a]\n", "line 1: an alias leads to itself"),
        ("a: &a\n  b: {<<: *a}\n", "an alias leads to itself"),
        ("[" * 5000, "it is nested too deeply"),
        ("a: !!python/object/apply:os.system [ls]\n", "the tag"),
        ("a: !reset null\n", "the tag `!reset` is not read"),
        ("a: 1\na: 2\n", "line 2: `a` is there twice"),
        ("a: [1\n", "line 2"),
        ("a: *b\n", "undefined alias"),
        ("a: \x00\n", "x: "),
        ("? [a]\n: b\n", "a name is a text"),
        ("a:\n  <<: 1\n", "only a table can be merged"),
    ],
)
def test_what_would_harm_or_is_no_yaml_is_refused(text: str, says: str) -> None:
    with pytest.raises(LabInvalid, match=r"^x") as told:
        read_yaml(text, "x")
    assert says in told.value.what


# ---------- variables ----------

VALUES = {"A": "1", "EMPTY": "", "B": "two"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("$A/${A}", "1/1"),
        ("$$A", "$A"),
        ("${GONE}", ""),
        ("${GONE:-x}", "x"),
        ("${GONE-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${A:+yes}", "yes"),
        ("${EMPTY:+yes}", ""),
        ("${EMPTY+yes}", "yes"),
        ("${GONE+yes}", ""),
        ("${GONE:-${ALSO:-$B}}", "two"),
        ("${GONE:-a}b}", "ab}"),
        ("${A:?must be}", "1"),
        ("${A:-${GONE:?is not asked}}", "1"),
        ("postgres://${GONE:-u}@db:${P:-5432}/x", "postgres://u@db:5432/x"),
    ],
)
def test_variables_are_filled_in_as_compose_does(text: str, filled: str) -> None:
    assert Variables(VALUES).filled(text, "x") == filled


def test_what_was_not_set_is_known() -> None:
    known = Variables(VALUES)
    known.filled("${GONE} ${ALSO:-x} ${A:-$NEVER} $A", "x")
    assert list(known.unset) == ["GONE"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("${GONE:?say who}", "`GONE` must be set: say who"),
        ("${EMPTY:?}", "`EMPTY` must be set"),
        ("$1", "followed by no name"),
        ("${A", "no end"),
        ("${}", "no name"),
        ("${A!x}", "no end"),
        ("${A:-" * 100, "nested too deeply"),
    ],
)
def test_what_compose_refuses_is_refused(text: str, says: str) -> None:
    with pytest.raises(LabInvalid, match=r"^here: ") as told:
        Variables(VALUES).filled(text, "here")
    assert says in told.value.what


def test_a_file_of_variables_is_read_as_compose_reads_it() -> None:
    text = """\
\ufeff# a comment
A=1
export B = two   # a comment
C='$A # kept'
D="line\\n$A
second"  # more
E=
F
G=${A:-x}${OWN}
H: yaml
I=a#b
J="a\\"b"
"""
    found = read_env_file(text, ".env", {"OWN": "o", "A": "outer"})
    assert found == {
        **{"A": "1", "B": "two", "C": "$A # kept", "D": "line\nouter\nsecond"},
        **{"E": "", "F": None, "G": "outero", "H": "yaml", "I": "a#b", "J": 'a"b'},
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A=1\n\nnot a pair\n", ".env, line 3: this is no"),
        ("A='x\ny\n", ".env, line 1: a quote is not closed"),
        ('A="x\ny"\nB=${GONE:?x}\n', ".env, line 3: `GONE` must be set"),
    ],
)
def test_a_wrong_line_of_variables_is_named(text: str, says: str) -> None:
    with pytest.raises(LabInvalid) as told:
        read_env_file(text, ".env", {})
    assert says in told.value.what
