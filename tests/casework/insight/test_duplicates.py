from casework.core.access import Actor, Role
from casework.insight.duplicates import likely_people, likely_submissions
from tests.world import HELP_ANSWERS, World


def test_the_same_phone_number_is_a_hint_with_its_reason(world: World) -> None:
    case = world.case(given_name="Omar", family_name="Else", phone="07621 415000")
    hints = likely_people(world.submission(), world.coordinator().actor)
    assert [hint.row.name for hint in hints] == ["Omar Else"]
    assert hints[0].reasons == ("phone",)
    assert hints[0].cases == (case,)


def test_a_shared_name_alone_is_no_hint(world: World) -> None:
    world.case(given_name="Amal", family_name="Beispiel", phone=None)
    assert likely_people(world.submission(), world.coordinator().actor) == []


def test_name_and_birth_date_together_are_a_hint(world: World) -> None:
    world.case(family_name="BEISPIEL", birth_date="1990-05-17", phone=None)
    hints = likely_people(world.submission(), world.coordinator().actor)
    assert hints[0].reasons == ("birth", "name")


def test_a_first_of_january_is_no_reason(world: World) -> None:
    world.case(birth_date="1990-01-01", phone=None)
    answers = HELP_ANSWERS | {"birth_date": "1990-01-01", "phone": "+4930123456"}
    hints = likely_people(world.submission(answers=answers), world.coordinator().actor)
    assert hints == []


def test_hints_never_show_people_of_another_organisation(world: World) -> None:
    world.case(organization=world.organization())
    stranger = Actor(
        "staff", role=Role.INTEGRATION_MANAGER, organization_id=world.organization().id
    )
    assert likely_people(world.submission(), stranger) == []


def test_a_second_request_of_the_same_person_is_named_and_the_first_not_itself(
    world: World,
) -> None:
    first, second = world.submission(), world.submission()
    hints = likely_submissions(second, world.coordinator().actor)
    assert [hint.row for hint in hints] == [first]
