"""Single values: what sources write, and the form that comes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.formats.hsds import values
from casework.formats.hsds.values import plain, protected, tidy


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("9:00", "09:00"), ("09:00", "09:00"), ("10:00:00", "10:00"), ("4:00 PM", "16:00"),
        ("3pm", "15:00"), ("9am", "09:00"), ("12 a.m.", "00:00"), ("12pm", "12:00"),
        ("0930", "09:30"), ("9.30 Uhr", "09:30"), ("24:00", "24:00"), ("10:00:00Z", "10:00Z"),
        ("10:00+01:00", "10:00+01:00"), ("25:00", ""), ("9:75", ""), ("noon", ""), ("13pm", ""),
    ],
)  # fmt: skip
def test_times_come_as_hours_and_minutes(written, read):
    assert values.time_of_day(written)[0] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2015-12-24", "2015-12-24"),
        ("12/24/2015", "2015-12-24"),
        ("12/24/15", "2015-12-24"),
        ("24/12/2015", "2015-12-24"),
        ("24.12.2015", "2015-12-24"),
        ("20151224", "2015-12-24"),
        ("January 01, 1970", "1970-01-01"),
        ("January 01, 0001", "--01-01"),
        ("--02-29", "--02-29"),
        ("--02-30", ""),
        ("2015-02-30", ""),
        ("soon", ""),
        ("13/13/2015", ""),
    ],
)
def test_dates_come_in_iso_form_and_year_one_means_every_year(written, read):
    assert values.day(written)[0] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Monday", "MO"), ("Montag", "MO"), ("tue", "TU"), ("TH,FR", "TH,FR"), ("mo, we", "MO,WE"),
        ("Mo - Fr", "MO,TU,WE,TH,FR"), ("Sa–Mo", "SA,SU,MO"), ("7", "SU"), ("1MO,-1FR", "1MO,-1FR"),
        ("Mon.", "MO"), ("someday", ""), ("-", ""), (",", ""),
    ],
)  # fmt: skip
def test_weekdays_come_as_codes(written, read):
    assert values.weekdays(written)[0] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("www.a.example", "https://www.a.example"),
        ("a.example/path", "https://a.example/path"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://[broken", ""),
        ("http://a b.example", ""),
        ("see flyer", ""),
        ("ftp://a.example", ""),
    ],
)
def test_only_web_addresses_are_web_addresses(written, read):
    assert values.web_address(written)[0] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("desk@a.example", "desk@a.example"), ("mailto:desk@a.example", "desk@a.example"),
        ("desk@a.example, b@c.example", ""), ("desk", ""), ("a@b.example\nBcc: x@y.example", ""),
    ],
)  # fmt: skip
def test_one_e_mail_address_is_one(written, read):
    assert values.email(written)[0] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("47.61", "47.61"),
        ("47,61", "47.61"),
        ("-122", "-122"),
        ("inf", ""),
        ("nan", ""),
        ("1_0", ""),
        ("x", ""),
    ],
)
def test_numbers_are_finite(written, read):
    assert values.number(written)[0] == read


def test_coordinates_lie_on_the_earth():
    assert values.coordinate("90", 90)[0] == "90"
    assert values.coordinate("90.1", 90)[0] == ""
    assert values.coordinate("-180.5", 180)[0] == ""


def test_markup_becomes_text_with_its_line_breaks():
    html = "<p>We &amp; you</p><ul><li>free</li></ul><script>x()</script><!-- y -->a < b"
    text, said = plain(html)
    assert said
    assert text == "We & you\nfree\n\na < b"


def test_text_without_markup_is_left_alone():
    assert plain("a < b & c > d") == ("a < b & c > d", "")


@given(st.text(alphabet="<>&;/bpx! \n#1lt", max_size=40).map(tidy))
def test_protected_text_comes_back_as_it_was(text):
    assert plain(protected(text))[0] == text


def test_a_lone_dash_is_nothing():
    assert tidy(" – ") == tidy("-") == tidy("NULL") == ""
    assert tidy("None.") == "None."


def test_languages_are_known_by_their_english_and_german_names():
    assert values.language_code("Spanish") == values.language_code("spanisch") == "es"
    assert values.language_code("Chinese (Mandarin)") == ""
