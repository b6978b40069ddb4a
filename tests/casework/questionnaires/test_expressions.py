"""Expressions: what they give, and what they refuse."""

import math
from datetime import UTC, datetime

import pytest

from casework.questionnaires.expressions import (
    Context,
    ExpressionError,
    Node,
    evaluate,
    parse,
    to_text,
)


class Around:
    now = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
    language = "en"
    version = "7"
    seed = "draft"

    def __init__(self):
        cities = Node("")
        self.cities = cities
        root = Node("root", cities)
        for name, country in (("ulm", "de"), ("bern", "ch"), ("kiel", "de")):
            item = Node("item", root)
            for column, text in (("name", name), ("country", country), ("label", name.title())):
                Node(column, item, text)

    def named(self, name, origin):
        return [node for node in origin.root().descendants() if node.name == name]

    def instance(self, name):
        return self.cities if name == "cities" else None

    def choice_label(self, name, choice):
        return f"{name}:{choice}"

    def itext(self, key):
        return f"text {key}"


@pytest.fixture
def tree():
    root = Node("data")
    for name, value in (
        ("age", "25"), ("name", "Amina"), ("langs", ["ar", "en"]), ("empty", None),
        ("born", "2000-02-29"), ("zero", "0"), ("self", "kept"),
    ):  # fmt: skip
        Node(name, root, value, is_number=name in ("age", "zero"))
    for years in ("3", "", "10"):
        row = Node("member", root)
        Node("years", row, years, is_number=True)
    return root


def value(tree, text, at="age"):
    found = evaluate(parse(text), Context(tree.children[at][0], Around()))
    return [node.text for node in found] if isinstance(found, list) else found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - -4", 11.0),
        ("2 * (3 + 4) mod 5", 4.0),
        ("7 div 2", 3.5),
        ("-7 mod 3", -1.0),
        ("- - 3", 3.0),
        ("1 div 0", math.inf),
        ("0.1 + 0.2 = 0.3", False),
        ("1 = 1.0", True),
        ("'1' = '1.0'", False),
        ("'a' = 'a' and 'b' != 'c'", True),
        ("true() or 1 div 'x'", True),
        ("2 < 3 = true()", True),
        ("1 < 2 and not(2 > 3) or false()", True),
        ("'2026-01-02' > '2026-01-01'", True),
        ("'abc' < 'abd'", False),
        ("string(1 div 3)", "0.3333333333333333"),
        ("string(1000000 * 1000000)", "1000000000000"),
        ("string(0 div 0)", "NaN"),
        ("number('12abc') = number('12abc')", False),
    ],
)
def test_operators_follow_xpath(tree, text, expected):
    assert value(tree, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${age}", ["25"]),
        (". + 1", 26.0),
        ("../name", ["Amina"]),
        ("/data/name", ["Amina"]),
        ("/whatever/name", ["Amina"]),
        ("//years", ["3", "", "10"]),
        ("../member[2]/years", [""]),
        ("../member[years > 5]/years", ["10"]),
        ("../member[last()]/years", ["10"]),
        ("count(../member)", 3.0),
        ("count(../*)", 10.0),
        ("count(../member/years | ../name)", 4.0),
        ("../member/years/parent::member[1]/years", ["3", "", "10"]),
        ("name(following-sibling::name)", "name"),
        ("count(preceding-sibling::*)", 0.0),
        ("../nowhere", []),
        ("../nowhere = ''", True),
        ("${empty} = ''", True),
        ("${years} = 10", True),
        ("instance('cities')/root/item[country = 'de'][2]/label", ["Kiel"]),
        ("instance('cities')/root/item[name = current()/../nowhere]/label", []),
        ("instance('nowhere')/root/item", []),
        ("@id", []),
    ],
)
def test_paths_lead_where_xpath_says(tree, text, expected):
    assert value(tree, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("selected(${langs}, 'ar')", True),
        ("selected(${langs}, 'a')", False),
        ("selected(${empty}, '')", True),
        ("selected-at(${langs}, 1)", "en"),
        ("selected-at(${langs}, 9)", ""),
        ("count-selected(${langs})", 2.0),
        ("if(. > 18, 'old', 'young')", "old"),
        ("if(${zero}, 'yes', 'no')", "no"),
        ("if('false', 'yes', 'no')", "yes"),
        ("coalesce(${empty}, ${name})", "Amina"),
        ("once('new')", "25"),
        ("boolean(${empty})", False),
        ("boolean-from-string('true')", True),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("round(-2.4)", -2.0),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', 0, 3)", "12"),
        ("weighted-checklist(3, 5, true(), 2, true(), 2)", True),
        ("weighted-checklist(-1, 3, true(), 2, true(), 2)", False),
        ("distance('48.1 9.2')", 0.0),
        ("area('48.1 9.2; 48.2 9.2')", 0.0),
        ("digest('abc', 'MD5', 'hex')", "900150983cd24fb0d6963f7d28e17f72"),
        ("digest('abc', 'SHA-1')", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
        ("digest('abc', 'ROT13')", ""),
        ("base64-decode('R3LDvMOfZQ==')", "Grüße"),
        ("base64-decode('?')", ""),
        ("join(',', randomize(${years}, 42))", "3,,10"),
        ("round(2.345, 2)", 2.35),
        ("round(1234, -2)", 1200.0),
        ("int(-2.7)", -2.0),
        ("floor(-2.1)", -3.0),
        ("ceiling(2.1)", 3.0),
        ("sum(${years})", 13.0),
        ("max(${years})", 10.0),
        ("min(3, 1, 2)", 1.0),
        ("count-non-empty(${years})", 2.0),
        ("pow(2, 10)", 1024.0),
        ("string-length(${name})", 5.0),
        ("substr('abcdef', 1, 3)", "bc"),
        ("substr('abcdef', -2)", "ef"),
        ("substring('12345', 2, 3)", "234"),
        ("contains(${name}, 'min')", True),
        ("starts-with('abc', 'ab')", True),
        ("ends-with('abc', 'bc')", True),
        ("concat('a', 1, true(), ${years})", "a1true310"),
        ("join(', ', ${langs}, 'x')", "ar en, x"),
        ("join('-', ${years})", "3--10"),
        ("normalize-space('  a  b ')", "a b"),
        ("translate('abc', 'ab', 'x')", "xc"),
        ("regex(${name}, '[A-Z][a-z]+')", True),
        ("regex(${name}, '[a-z]+')", False),
        ("position(../member[2])", 2.0),
        ("indexed-repeat(${years}, ${member}, 3)", ["10"]),
        ("indexed-repeat(${years}, ${member}, 4)", []),
        ("jr:choice-name('ar', '${langs}')", "langs:ar"),
        ("jr:itext('a-1')", "text a-1"),
        ("pulldata('cities', 'country', 'name', 'bern')", ["ch"]),
        ("pulldata('cities', 'country', 'name', 'rome')", ""),
        ("version()", "7"),
    ],
)  # fmt: skip
def test_functions_give_what_xlsform_documents(tree, text, expected):
    assert value(tree, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today()", "2026-11-22"),
        ("today() - 1", 20778.0),
        ("date(today() - 1)", "2026-11-21"),
        ("date('2026-05-31T10:00')", "2026-05-31"),
        ("date('no date')", ""),
        ("date-time(1)", "1970-01-02"),
        ("decimal-date-time('1')", math.nan),
        ("distance('48.1 9.2; 48.2 9.3')", 13382.05),
        ("distance('91 9.2; 48.2 9.3')", math.nan),
        ("distance('')", math.nan),
        ("date-time(0.5)", "1970-01-01T12:00:00.000"),
        ("decimal-date-time('1970-01-02')", 1.0),
        ("decimal-date-time('1970-01-01T12:00:00Z')", 0.5),
        ("decimal-time('06:00')", 0.25),
        ("format-date('2026-05-03', '%d.%m.%Y %n/%e %b %a %y')", "03.05.2026 5/3 May Sun 26"),
        ("format-date-time('2026-05-03T07:08:09', '%H:%M:%S %h')", "07:08:09 7"),
        ("format-date('', '%Y')", ""),
        ("add-date('2024-02-29', 1)", "2025-03-01"),
        ("add-date('2026-01-31', 0, 1)", "2026-03-03"),
        ("add-date('2026-01-01', 0, 0, -1)", "2025-12-31"),
        ("add-date('2026-01-01', 0, 0, 0, 1, 30)", "2026-01-01T01:30:00.000"),
        ("difference-in-months('2026-01-31', '2026-02-28')", 1.0),
        ("difference-in-months('2026-02-28', '2026-01-31')", -1.0),
        ("floor(difference-in-months(${born}, today()) div 12)", 26.0),
        ("${born} < today()", True),
        ("now() > today()", True),
    ],
)
def test_dates_are_texts_that_count_as_days(tree, text, expected):
    assert value(tree, text) == pytest.approx(expected, nan_ok=True)


def test_a_moment_with_an_offset_is_seen_on_the_clock_of_the_place(tree):
    assert value(tree, "date-time('2026-05-31T23:30:00-02:00')") == "2026-06-01T01:30:00.000"


def test_chance_says_the_same_for_the_same_draft_and_something_else_for_another(tree):
    first, again = value(tree, "random()"), value(tree, "random()")
    other = Around()
    other.seed = "another"
    context = Context(tree.children["age"][0], other)
    assert first == again
    assert first != evaluate(parse("random()"), context)
    assert len(value(tree, "uuid()")) == 36


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0), ("   ", 0), ("1 +", 3), ("(1", 2), ("1)", 1), ("a b", 2), ("${}", 0), ("${x", 0),
        ("'open", 0), ("unknown()", 0), ("if(1)", 0), ("1 = = 2", 4), ("a[1", 3), ("a/", 2),
        ("bogus::a", 0), (". > 1 AND . < 3", 6), ("é(", 0), ("“a”", 0), ("&gt;", 0), ("1 ! 2", 2),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(text, position):
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert refused.value.position == position


def test_an_expression_may_be_neither_too_long_nor_nested_too_deeply():
    with pytest.raises(ExpressionError, match="longer"):
        parse("1 + " * 3000 + "1")
    with pytest.raises(ExpressionError, match="deeply"):
        parse("(" * 100 + "1" + ")" * 100)
    assert to_text(1.0) == "1"


def test_a_thousand_conditions_in_a_row_are_evaluated(tree):
    assert value(tree, " or ".join(["${age} = 1"] * 700 + ["true()"])) is True


def test_texts_do_not_grow_without_bounds(tree):
    long = "concat(" + ", ".join(["'" + "x" * 900 + "'"] * 3) + ")"
    with pytest.raises(ExpressionError, match="too much"):
        value(tree, f"join({long}, {', '.join(['1'] * 30)})")


def test_looking_at_too_much_ends_with_an_error():
    root = Node("data")
    for _ in range(600):
        Node("row", root, "1")
    with pytest.raises(ExpressionError, match="too much"):
        evaluate(parse("count(//row[count(//row) > 1])"), Context(root, Around()))


def test_an_operator_that_needs_a_path_refuses_a_number(tree):
    for text in ("count(1)", "1 | 2", "(1)/a", "position('x')"):
        with pytest.raises(ExpressionError):
            value(tree, text)


def test_what_is_not_relevant_counts_as_absent(tree):
    tree.children["member"][2].relevant = False
    tree.children["name"][0].relevant = False
    assert value(tree, "sum(${years})") == 3.0
    assert value(tree, "count(../member)") == 2.0
    assert value(tree, "${name} = ''") is True
