"""Regular expressions: whole texts, and never a hang."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.questionnaires.expressions import ExpressionError
from casework.questionnaires.expressions.patterns import UnsupportedPatternError, compiled
from tests.timing import SOON

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
    "\\ba\\b",
    "\\w+\\b.*",
    ".*\\b\\s\\b.*",
    ".*\\B.",
    "\\Aab\\Z",
    "(?P<word>ab)+",
    "(?=a).*",
    "(?!a).*",
    "(?=.*b)(?=.*c).{2,}",
    "(?!.*b$).*",
    ".*(?<=b)",
    ".*(?<!b)",
    "a(?=b)..?",
    "(?:a(?!b)|b)*",
    ".*(?<=a)b.*",
    "(?=(?=a).b).*",
    "(?!(?!a)).*",
    ".*(?<=(?<!a)b).*",
    "((?=a)a){3}",
    "(?=^ab).*(?<=c$)",
    "(?i)(?=A)[A-C]+",
    "(?=)a",
    "(?!)a|b",
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
    expected = {text for text in TEXTS if re.fullmatch(pattern, text, re.ASCII)}
    assert {text for text in TEXTS if compiled(pattern).fits(text)} == expected


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a+)+$", "(a|aa)+$", "(.*)*x", "([a-z]+)*1",
    "(?=(a+)+$).*", "(?!(.*)*x)b", ".*(?<=(a|aa)+b)", "(\\ba*)*b"])  # fmt: skip
def test_patterns_that_hang_elsewhere_end_at_once(pattern):
    started = time.process_time()
    assert not compiled(pattern).fits("a" * 4000 + "!")
    assert time.process_time() - started < SOON


def test_a_costly_pattern_is_given_up_instead_of_tried_for_long():
    started = time.process_time()
    with pytest.raises(ExpressionError, match="too large"):
        compiled("((?!.*x)a)*").fits("a" * 4000)
    with pytest.raises(ExpressionError, match="too large"):
        compiled("(.?){900}").fits("".join(chr(0x4E00 + n) for n in range(4000)))
    assert time.process_time() - started < SOON


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
        "(a)\\1",
        "(?P<n>a)(?P=n)",
        "(?>a)",
        "(?=a",
        "(?<a",
        "(?=a)*b)",
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
    "pattern",
    [
        "a" * 1001,
        "(a{1000}){1000}",
        "(" * 60 + ")" * 60,
        "((a{50}){50}){50}",
        "(?=a{1500})(?=b{1500})",
        "(?=(?=a{1500})b{1500})",
    ],
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


@pytest.mark.parametrize("pattern", ["(a)\\1", "\\k<n>", "(?>a)", "a++", "(?i:a)", "\\p{Greek}"])
def test_what_needs_another_matcher_is_told_apart_from_mistakes(pattern):
    with pytest.raises(UnsupportedPatternError):
        compiled(pattern)
    with pytest.raises(ExpressionError) as mistaken:
        compiled("(a")
    assert not isinstance(mistaken.value, UnsupportedPatternError)


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "\\b", "\\B", "^", "$", "\\w", "\\s", "x?", "a*"])
GROWN = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds("({}{})".format, st.sampled_from(["?:", "?=", "?!", ""]), inner)
        | st.builds("{}{}".format, inner, inner)
        | st.builds("(?:{}|{})".format, inner, inner)
        | st.builds(
            "(?<{}{})".format, st.sampled_from("=!"), st.sampled_from(["a", "b", "ab", "\\s"])
        )
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(GROWN, st.text("ab x", min_size=1, max_size=6))
def test_any_pattern_fits_what_python_fits(pattern, text):
    assert compiled(pattern).fits(text) is bool(re.fullmatch(pattern, text, re.ASCII))
