"""Regular expressions: whole texts, and never a hang."""

import re
import time

import pytest

from casework.questionnaires.expressions import ExpressionError
from casework.questionnaires.expressions.patterns import compiled

PATTERNS = [
    "",
    "a",
    "abc",
    "a*",
    "a+b?",
    "(ab)+",
    "(a|b)*c",
    "[a-c]+",
    "[^a-c]",
    "[]a]",
    "[a-]",
    "a{3}",
    "a{2,}",
    "a{1,3}",
    "(a{2}){2}",
    ".",
    ".*x",
    "^a$",
    "^ab|cd$",
    "\\d{2}",
    "\\w+\\s\\w+",
    "\\D\\W\\S",
    "[\\d.]+",
    "a|",
    "(|a)b",
    "(?:ab)*",
    "a??b",
    "\\.",
    "\\u0061",
    "[\\x61-\\x63]",
    "(?i)aBc",
    "(?i)[a-c]+",
    "x{0}",
    "a.c",
    "^",
    "$^",
    "(a*)*b",
    "\\t\\n",
]
TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "abc",
    "aaa",
    "aaaa",
    "cd",
    "12",
    "1.2",
    "x",
    "aabb",
    "a\nc",
    "hi you",
    "ABC",
    "]",
    "-",
    ".",
    "abab",
    "1 2",
    "aaac",
    "\t\n",
    "ab!",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_fits_what_python_fits_as_a_whole(pattern):
    expected = {text for text in TEXTS if re.fullmatch(pattern, text)}
    assert {text for text in TEXTS if compiled(pattern).fits(text)} == expected


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a+)+$", "(a|aa)+$", "(.*)*x", "([a-z]+)*1"])
def test_patterns_that_hang_elsewhere_end_at_once(pattern):
    started = time.perf_counter()
    assert not compiled(pattern).fits("a" * 4000 + "!")
    assert time.perf_counter() - started < 1


def test_a_costly_pattern_is_given_up_instead_of_tried_for_long():
    started = time.perf_counter()
    with pytest.raises(ExpressionError, match="too large"):
        compiled("(.?){900}").fits("".join(chr(0x4E00 + n) for n in range(4000)))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "pattern",
    [
        "(a",
        "a)",
        "[a",
        "*a",
        "a{",
        "a{2,1}",
        "a{x}",
        "\\",
        "\\b",
        "(a)\\1",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?P<n>a)",
        "a++",
        "[z-a]",
        "\\p{Foo}",
        "\\u12",
        "(?i",
        "a{99999}",
    ],
)
def test_what_is_not_supported_is_refused(pattern):
    with pytest.raises(ExpressionError):
        compiled(pattern)


@pytest.mark.parametrize(
    "pattern", ["a" * 1001, "(a{1000}){1000}", "(" * 60 + ")" * 60, "((a{50}){50}){50}"]
)
def test_patterns_may_not_grow_without_bounds(pattern):
    with pytest.raises(ExpressionError, match="too large"):
        compiled(pattern)


def test_empty_pieces_repeated_a_billion_times_cost_nothing():
    assert compiled("((){9999}){9999}").fits("")


def test_letters_of_any_script_can_be_asked_for():
    assert compiled("\\p{L}+").fits("أمينة")
    assert compiled("\\P{Lu}").fits("a")
    assert not compiled("\\p{L}+").fits("a1")
