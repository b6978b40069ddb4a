"""Sealed columns: readable here and in their own place, nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.core.config import FieldKey
from casework.core.crypto import Keyring, SealedField, SealError, place_of
from casework.core.db import Base, database
from casework.people import Person

OLD = FieldKey("old", bytes(range(32)))
NEW = FieldKey("new", bytes(range(1, 33)))
PLACE = "people/1/given_name"


@given(st.text())
def test_any_text_comes_back_as_it_was_sealed(text):
    ring = Keyring((OLD,))
    assert ring.open(ring.seal(text.encode(), PLACE), PLACE).decode() == text


@given(st.text(), st.text())
def test_a_value_that_was_moved_to_another_place_is_refused(here, there):
    ring = Keyring((OLD,))
    sealed = ring.seal(b"secret", here)
    if here != there:
        with pytest.raises(SealError):
            ring.open(sealed, there)


@given(st.binary(min_size=1, max_size=40), st.data())
def test_a_value_with_one_changed_byte_is_refused(plain, data):
    ring = Keyring((OLD,))
    sealed = bytearray(ring.seal(plain, PLACE))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        ring.open(bytes(sealed), PLACE)


@given(st.binary(max_size=80))
def test_bytes_that_were_never_sealed_are_refused(noise):
    with pytest.raises(SealError):
        Keyring((OLD,)).open(noise, PLACE)


def test_the_same_text_is_sealed_differently_each_time():
    ring = Keyring((OLD,))
    assert ring.seal(b"Amal", PLACE) != ring.seal(b"Amal", PLACE)


def test_an_old_key_opens_and_the_newest_seals():
    sealed = Keyring((OLD,)).seal(b"Amal", PLACE)
    both = Keyring((NEW, OLD))
    assert both.open(sealed, PLACE) == b"Amal"
    assert both.key_of(sealed) == "old"
    assert both.key_of(both.seal(b"Amal", PLACE)) == both.newest == "new"


def test_without_its_key_a_value_names_the_key_and_nothing_else():
    sealed = Keyring((OLD,)).seal(b"Amal", PLACE)
    with pytest.raises(SealError) as refused:
        Keyring((NEW,)).open(sealed, PLACE)
    assert "“old”" in str(refused.value)
    assert "Amal" not in str(refused.value)


def test_a_look_up_finds_what_any_known_key_has_digested():
    digest = Keyring((OLD,)).digest("name", "amal")
    assert digest in Keyring((NEW, OLD)).digests("name", "amal")
    assert digest != Keyring((NEW,)).digest("name", "amal")
    assert digest != Keyring((OLD,)).digest("phone", "amal")


def test_codes_differ_by_kind_and_by_instance():
    ring = Keyring((OLD,))
    assert ring.code("pin", "x") == ring.code("pin", "x")
    assert ring.code("pin", "x") != ring.code("reply", "x")
    assert ring.code("pin", "x") != Keyring((NEW,)).code("pin", "x")


def test_a_sealed_column_is_read_back_as_text(world):
    person = world.person(given_name="Ámal", notes="schläft schlecht")
    again = person.refresh()
    assert (again.given_name, again.notes) == ("Ámal", "schläft schlecht")


def test_an_empty_sealed_column_stays_empty(world):
    assert world.person(phone=None).refresh().phone is None


def test_the_database_holds_no_name_in_clear(world):
    world.person(given_name="Kanarienvogel")
    [row] = database.execute_sql("SELECT * FROM people").fetchall()
    assert "Kanarienvogel" not in str(row)
    assert b"Kanarienvogel" not in b"".join(
        bytes(v) for v in row if isinstance(v, bytes | memoryview)
    )


def test_a_value_copied_to_another_row_by_sql_cannot_be_read(world):
    one, two = world.person(given_name="One"), world.person(given_name="Two")
    copy = Person.select(Person.given_name).where(Person.id == one.id).tuples().get()[0]
    Person.update(given_name=copy).where(Person.id == two.id).execute()
    assert one.refresh().given_name == "One"
    with pytest.raises(SealError):
        _ = two.refresh().given_name


def test_a_sealed_column_is_not_written_by_a_query(world):
    person = world.person()
    with pytest.raises(SealError):
        Person.update(given_name="open").where(Person.id == person.id).execute()


def test_a_changed_sealed_column_is_saved_alone(world):
    household = world.household(name="Before")
    household.name = "After"
    assert [field.name for field in household.dirty_fields] == ["name"]
    household.save()
    assert household.refresh().name == "After"


def test_a_place_names_table_row_and_column(world):
    household = world.household()
    assert place_of(household, "name") == f"households/{household.id}/name"


def test_no_sealed_column_has_a_default():
    """A default never passes the accessor that binds a value to its row."""
    for model in models():
        for field in model._meta.sorted_fields:
            assert not isinstance(field, SealedField) or field.default is None, field


def models(model=Base):
    for each in model.__subclasses__():
        yield from models(each)
        yield each
