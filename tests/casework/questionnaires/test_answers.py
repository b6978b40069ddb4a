"""From what was typed to the canonical answer."""

from datetime import date

import pytest

from casework.questionnaires import problems as say
from casework.questionnaires.answers import read_value
from tests.casework.questionnaires.samples import question

TODAY = date(2026, 11, 22)


def read(type_, *raw, **columns):
    return read_value(question(type_, "x", **columns), raw, today=TODAY)


def refused(type_, *raw, **columns):
    _, problem = read(type_, *raw, **columns)
    return problem.msgid if problem else None


@pytest.mark.parametrize(
    ("type_", "raw", "canonical"),
    [
        ("text", "  Amina\tJan ", "Amina Jan"),
        ("text", "two\r\nlines", "two lines"),
        ("text", "e\u0301", "é"),
        ("text", "می\u200cخواهم", "می\u200cخواهم"),
        ("text", "a\x00b\x1bc", "abc"),
        ("integer", "007", "7"),
        ("integer", "٠١٢", "12"),
        ("integer", "۱۲", "12"),
        ("integer", "፫", "3"),
        ("integer", "1.000", "1000"),
        ("integer", "\u200f5\u200f", "5"),
        ("integer", "−5", "-5"),
        ("decimal", "2,50", "2.5"),
        ("decimal", "1.234,5", "1234.5"),
        ("decimal", "1,234.5", "1234.5"),
        ("decimal", "٢٫٥", "2.5"),
        ("decimal", "-0", "0"),
        ("decimal", ".5", "0.5"),
        ("date", "1990-12-31", "1990-12-31"),
        ("date", "31.12.1990", "1990-12-31"),
        ("date", "۳۱/۱۲/۱۹۹۰", "1990-12-31"),
        ("time", "9:05", "09:05"),
        ("time", "23:59:59", "23:59"),
        ("datetime", "31.5.2026 14:30", "2026-05-31T14:30"),
        ("datetime", "2026-05-31T14:30", "2026-05-31T14:30"),
        ("tel", "0162 9876543", "+491629876543"),
        ("tel", "+93 70 123 4567", "+93701234567"),
        ("tel", "٠١٦٢٩٨٧٦٥٤٣", "+491629876543"),
        ("tel", "12345", "12345"),
        ("email", " Amina@Example.ORG ", "Amina@example.org"),
        ("acknowledge", "on", "OK"),
        ("geopoint", "48.1, 9.2", "48.1 9.2"),
        ("geotrace", "48.1 9.2; 48.2 9.3", "48.1 9.2; 48.2 9.3"),
        ("range", "3", "3"),
        ("select_one", "work", "work"),
    ],
)
def test_an_answer_has_one_way_to_be_stored(type_, raw, canonical):
    assert read(type_, raw) == (canonical, None)
    assert read(type_, canonical) == (canonical, None)


@pytest.mark.parametrize("type_", ["text", "integer", "date", "tel", "select_multiple", "note"])
def test_nothing_typed_is_no_answer_and_no_problem(type_):
    assert read(type_) == (None, None)
    assert read(type_, "", " \u0000 ") == (None, None)


@pytest.mark.parametrize(
    ("type_", "raw", "msgid"),
    [
        ("text", "x" * 4001, say.TOO_LONG),
        ("integer", "3.5", say.NOT_WHOLE),
        ("integer", "three", say.NOT_WHOLE),
        ("integer", "፲", say.NOT_WHOLE),
        ("integer", "1" * 13, say.TOO_MANY_DIGITS),
        ("integer", "1 OR 1=1", say.NOT_WHOLE),
        ("decimal", "1.2.3", say.NOT_NUMBER),
        ("decimal", "NaN", say.NOT_NUMBER),
        ("decimal", "1e9", say.NOT_NUMBER),
        ("decimal", "0.12345678901", say.TOO_MANY_DIGITS),
        ("date", "31.2.1990", say.NO_SUCH_DAY),
        ("date", "1990", say.NOT_A_DATE),
        ("date", "yesterday", say.NOT_A_DATE),
        ("time", "25:00", say.NOT_A_TIME),
        ("time", "noon", say.NOT_A_TIME),
        ("datetime", "2026-05-31", say.NOT_A_MOMENT),
        ("email", "amina@example", say.NOT_AN_EMAIL),
        ("email", "a@b.org\nBcc: c@d.org", say.NOT_AN_EMAIL),
        ("tel", "call me", say.NOT_A_PHONE),
        ("tel", "1234", say.NOT_A_PHONE),
        ("tel", "1" * 21, say.NOT_A_PHONE),
        ("geopoint", "99 9", say.NOT_A_PLACE),
        ("geopoint", "here", say.NOT_A_PLACE),
        ("range", "11", say.OUT_OF_RANGE),
        ("range", "2.5", say.OUT_OF_RANGE),
        ("select_one", "x" * 500, say.NOT_OFFERED),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(type_, raw, msgid):
    assert refused(type_, raw) == msgid


def test_long_texts_and_names_have_limits_of_their_own():
    assert refused("text", "x" * 8000, appearance=("multiline",)) is None
    assert refused("text", "x" * 8001, appearance=("multiline",)) == say.TOO_LONG
    assert refused("text", "x" * 201, save_to="person.family_name") == say.TOO_LONG
    assert refused("text", "x" * 201, save_to="helper.name") == say.TOO_LONG
    assert refused("text", "x" * 201) is None


def test_lines_stay_in_a_long_text():
    assert read("text", "a\nb", appearance=("multiline",)) == ("a\nb", None)


def test_choices_come_once_each():
    assert read("select_multiple", "a", "b", "a") == (["a", "b"], None)
    assert read("select_multiple", "a b") == (["a", "b"], None)


def test_a_doubled_field_gives_its_first_value():
    assert read("text", "first", "second") == ("first", None)


def test_bytes_where_text_belongs_are_refused():
    assert refused("text", b"x") == say.NOT_ENOUGH_READ


def test_twenty_kilobytes_are_cut_and_refused():
    value, problem = read("text", "x" * 20_000)
    assert problem.msgid == say.TOO_LONG
    assert len(value) == 16_000


class TestBirthDates:
    def read(self, *raw):
        return read("date", *raw, appearance=("birth-date",))

    def msgid(self, *raw):
        _, problem = self.read(*raw)
        return problem.msgid if problem else None

    @pytest.mark.parametrize(
        ("raw", "canonical"),
        [
            (("31", "12", "1990", "gregorian"), "1990-12-31"),
            (("۱", "۱", "۱۳۵۹", "persian"), "1980-03-21"),
            (("1", "13", "1990", "ethiopian"), "1998-09-06"),
            (("", "", "1990", "gregorian"), "1990"),
            (("", "", "1359", "persian"), "1980"),
            (("1990",), "1990"),
            (("1990-12-31",), "1990-12-31"),
        ],
    )
    def test_three_calendars_or_only_a_year(self, raw, canonical):
        assert self.read(*raw) == (canonical, None)

    @pytest.mark.parametrize(
        ("raw", "msgid"),
        [
            (("30", "2", "1990", "gregorian"), say.NO_SUCH_DAY),
            (("1", "1", "2027", "gregorian"), say.IN_FUTURE),
            (("23", "11", "2026", "gregorian"), say.IN_FUTURE),
            (("", "", "2027", "gregorian"), say.IN_FUTURE),
            (("1", "1", "1359", "gregorian"), say.TOO_EARLY),
            (("31", "12", "1899", "gregorian"), say.TOO_EARLY),
            (("1", "", "1990", "gregorian"), say.NOT_A_BIRTH_DATE),
            (("", "5", "1990", "gregorian"), say.NOT_A_BIRTH_DATE),
            (("1", "1", "90", "gregorian"), say.NOT_A_BIRTH_DATE),
            (("x", "1", "1990", "gregorian"), say.NOT_A_BIRTH_DATE),
            (("1", "1", "1990", "maya"), say.NO_SUCH_DAY),
        ],
    )
    def test_impossible_dates_are_refused(self, raw, msgid):
        assert self.msgid(*raw) == msgid

    def test_a_calendar_alone_is_no_answer(self):
        assert self.read("", "", "", "persian") == (None, None)

    def test_today_is_possible(self):
        assert self.msgid("22", "11", "2026", "gregorian") is None


def test_a_problem_speaks_the_readers_language_or_the_forms_own_words():
    _, problem = read("text", "x" * 4001)
    assert problem.message("en")[0].startswith("This text has 4001 characters; 4000")
    own = say.Problem(say.NOT_FITTING, own={"en": "Too big", "ar": "كبير"}, default_language="en")
    assert own.message("ar") == ("كبير", "ar")
    assert own.message("ti") == ("Too big", "en")
