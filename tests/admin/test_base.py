"""CaseworkView mends what Flask-Admin's peewee view breaks; the stock view shows each break."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any

import pytest
from flask_admin.contrib.peewee import ModelView
from flask_admin.helpers import is_safe_url
from flask_admin.model.form import InlineFormAdmin
from peewee import IntegrityError
from wtforms.validators import ValidationError

from admin.base import CaseworkView
from admin.base.exports import harmless
from casework.core.access import Role
from casework.core.audit import AuditEntry
from casework.core.db import database
from casework.core.i18n import gettext_in
from casework.core.refusals import Refusal, StaleEdit
from tests.admin.desk import Book, Books, Shelf, Shelves, make_desk, make_stock, sign_in
from tests.databases import statements
from tests.pages import csrf_token, hidden_fields


class StockShelves(ModelView):
    """The stock view with the scope where the manual says to put it."""

    column_searchable_list = column_sortable_list = ("name",)
    can_view_details = can_export = True
    form_columns = ("name", "kind", "lit", "owner_id")
    owner: Any = None

    def get_query(self) -> Any:
        return Shelf.select().where(Shelf.owner_id == self.owner)


class StockBooks(ModelView):
    can_export = True
    form_columns = ("title", "shelf")
    form_ajax_refs = {"shelf": {"fields": ("name",)}}


@pytest.fixture(autouse=True)
def tables(db):
    database.create_tables([Shelf, Book])


@pytest.fixture
def library(db, config, clock, monkeypatch):
    return make_desk(config, clock, [Shelves, Books], monkeypatch)


@pytest.fixture
def coordinator(library, world):
    client = library.test_client()
    sign_in(client, world.coordinator())
    return client


@pytest.fixture
def manager(library, world):
    staff = world.manager()
    client = library.test_client()
    sign_in(client, staff)
    client.organization_id = staff.organization_id
    return client


@pytest.fixture
def stock(db, config, clock):
    """The stock view for one organisation."""
    owner = uuid.uuid4()
    view = StockShelves(Shelf, endpoint="shelves")
    view.owner = owner
    client = make_stock(config, clock, view, StockBooks(Book, endpoint="books")).test_client()
    client.organization_id = owner
    return client


def shelf(name: str = "First", **columns: Any) -> Shelf:
    return Shelf.create(name=name, **columns)


def body(answer: Any) -> str:
    return answer.get_data(as_text=True)


def change(client: Any, row: Any, table: str = "shelves", **data: Any) -> Any:
    """Open the form of a row and send it with `data` in place of what it holds."""
    address = f"/admin/{table}/edit/?id={row.id}"
    return client.post(address, data=hidden_fields(body(client.get(address))) | data)


def act(client: Any, action: str, *ids: Any, table: str = "shelves", **more: Any) -> Any:
    data = hidden_fields(body(client.get(f"/admin/{table}/")))
    token = {"csrf_token": data["csrf_token"]}
    return client.post(
        f"/admin/{table}/action/",
        data=token | {"action": action, "rowid": [str(each) for each in ids]} | more,
    )


# Scope


@pytest.mark.parametrize("page", ["details", "edit"])
def test_pages_respect_scope_where_the_stock_view_does_not(manager, stock, page):
    other = shelf("Somebody else's", owner_id=uuid.uuid4())
    address = f"/admin/shelves/{page}/?id={other.id}"
    assert "Somebody else" in body(stock.get(address))
    assert manager.get(address).status_code == 404


def test_editing_respects_scope_where_the_stock_view_does_not(manager, stock):
    other = shelf(owner_id=uuid.uuid4())
    own = shelf("Own", owner_id=manager.organization_id)
    address = f"/admin/shelves/edit/?id={other.id}"
    stock.post(address, data={"name": "Taken over", "kind": "tall"})
    assert other.refresh().name == "Taken over"
    token = hidden_fields(body(manager.get(f"/admin/shelves/edit/?id={own.id}")))
    data = {"csrf_token": token["csrf_token"], "name": "Taken again", "kind": "tall"}
    assert manager.post(address, data=data).status_code == 404
    assert other.refresh().name == "Taken over"


def test_deleting_respects_scope_where_the_stock_view_does_not(manager, stock):
    mine, theirs = shelf("Stock", owner_id=uuid.uuid4()), shelf("Ours", owner_id=uuid.uuid4())
    stock.post("/admin/shelves/delete/", data={"id": str(mine.id)})
    assert Shelf.get_or_none(Shelf.id == mine.id) is None
    token = csrf_token(body(manager.get("/admin/shelves/")))
    for address in ("/admin/shelves/delete/", f"/admin/shelves/delete/?id={theirs.id}"):
        answer = manager.post(address, data={"id": str(theirs.id), "csrf_token": token})
        assert answer.status_code == 404
    assert theirs.refresh()


def test_bulk_actions_respect_scope_where_the_stock_view_does_not(manager, stock):
    mine, theirs = shelf("Stock", owner_id=uuid.uuid4()), shelf("Ours", owner_id=uuid.uuid4())
    stock.post("/admin/shelves/action/", data={"action": "delete", "rowid": str(mine.id)})
    assert Shelf.get_or_none(Shelf.id == mine.id) is None
    own = shelf("Own", owner_id=manager.organization_id)
    assert act(manager, "delete", own.id, theirs.id, confirmed="1").status_code == 404
    assert Shelf.select().count() == 2


def test_list_search_filter_export_and_count_stay_within_scope(manager):
    shelf("Visible", owner_id=manager.organization_id)
    shelf("Hidden", owner_id=uuid.uuid4())
    for address in ("/admin/shelves/", "/admin/shelves/?search=i", "/admin/shelves/?flt_kind=tall",
                    "/admin/shelves/export/csv/"):  # fmt: skip
        page = body(manager.get(address))
        assert "Visible" in page
        assert "Hidden" not in page
    assert "1 Eintrag" in body(manager.get("/admin/shelves/"))
    assert ">Hidden<" not in body(manager.get("/admin/shelves/?search=Hidden"))


def test_a_look_up_asks_the_related_scope_where_the_stock_one_does_not(manager, stock):
    shelf("Hidden", owner_id=uuid.uuid4())
    shelf("Here", owner_id=manager.organization_id)
    address = "/admin/books/ajax/lookup/?name=shelf&query=H"
    assert "Hidden" in body(stock.get(address))
    assert [name for _id, name in manager.get(address).json] == ["Here"]


def test_a_foreign_row_cannot_be_referred_to(manager):
    own, other = shelf("Own", owner_id=manager.organization_id), shelf(owner_id=uuid.uuid4())
    answer = manager.submit("/admin/books/new/", {"title": "B", "shelf": str(other.id)})
    assert answer.status_code == 422
    assert "aus der Liste" in body(answer)
    book = {"title": "B", "shelf": str(own.id)}
    assert manager.submit("/admin/books/new/", book).status_code == 303
    assert Book.get().shelf_id == own.id


def test_a_save_that_leaves_ones_scope_is_undone_where_the_stock_view_keeps_it(manager, stock):
    elsewhere = str(uuid.uuid4())
    gone = shelf("Stock", owner_id=stock.organization_id)
    data = {"name": "Stock", "kind": "tall", "owner_id": elsewhere}
    stock.post(f"/admin/shelves/edit/?id={gone.id}", data=data)
    assert str(gone.refresh().owner_id) == elsewhere
    kept = shelf("Ours", owner_id=manager.organization_id)
    answer = change(manager, kept, name="Ours", kind="tall", owner_id=elsewhere)
    assert answer.status_code == 422
    assert kept.refresh().owner_id == manager.organization_id


def test_creating_outside_of_ones_scope_stores_nothing(manager):
    data = {"name": "New", "kind": "tall", "owner_id": str(uuid.uuid4())}
    assert manager.submit("/admin/shelves/new/", data).status_code == 422
    assert Shelf.select().count() == 0


# Permission


def test_a_visitor_is_sent_to_the_sign_in_where_the_stock_view_answers_200(library, stock):
    assert stock.get("/admin/shelves/").status_code == 200
    visitor = library.test_client()
    for rule in library.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in ("shelves", "books", "admin") and "GET" in rule.methods:
            address = rule.rule.replace("<export_type>", "csv")
            assert visitor.get(address).location.startswith("/admin/login")


def test_without_permission_a_screen_does_not_exist(library, world):
    client = library.test_client()
    sign_in(client, world.staff(Role.ADMINISTRATOR))
    assert client.get("/admin/shelves/").status_code == 404
    assert "Shelves" not in body(client.get("/admin/"))


@pytest.mark.parametrize("verb", ["new", "edit", "delete", "export", "action", "ajax/update"])
def test_reading_alone_changes_and_exports_nothing(library, world, monkeypatch, verb):
    monkeypatch.setattr(Shelves, "resource", "organization")
    row = shelf()
    client = library.test_client()
    sign_in(client, world.manager())
    monkeypatch.setattr(Shelf, "scope", classmethod(lambda cls, staff: cls.select()))
    page = body(client.get(f"/admin/shelves/details/?id={row.id}"))
    assert f"/edit/?id={row.id}" not in page
    address = f"/admin/shelves/{verb}/" + ("csv/" if verb == "export" else f"?id={row.id}")
    data = {"csrf_token": csrf_token(page), "name": "X", "kind": "wide", "id": str(row.id),
            "action": "delete", "rowid": str(row.id), "list_form_pk": str(row.id)}  # fmt: skip
    assert client.post(address, data=data).status_code in (404, 405)
    if verb not in ("action", "ajax/update"):
        assert client.get(address).status_code == 404
    assert row.refresh().name == "First"


def test_a_screen_without_a_resource_cannot_be_declared():
    class Nameless(CaseworkView):
        model = Shelf

    with pytest.raises(ValueError, match="declares no resource"):
        Nameless()


# One transaction


def test_a_change_without_its_audit_row_is_undone(coordinator, monkeypatch):
    row = shelf()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("the audit table is away")

    monkeypatch.setattr("admin.base.changing.audit.record", broken)
    monkeypatch.setattr("admin.base.changing.audit.record_read", lambda *a, **k: None)
    assert change(coordinator, row, name="Changed", kind="tall").status_code == 422
    assert row.refresh().name == "First"


def test_an_audit_failure_leaves_the_change_saved_in_the_stock_view(stock, monkeypatch):
    row = shelf(owner_id=stock.organization_id)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("the audit table is away")

    monkeypatch.setattr(StockShelves, "after_model_change", broken)
    stock.application.testing = True
    data = {"name": "Changed", "kind": "tall"}
    with pytest.raises(IntegrityError):
        stock.post(f"/admin/shelves/edit/?id={row.id}", data=data)
    assert row.refresh().name == "Changed"


def test_a_change_is_recorded_with_who_and_without_values(coordinator):
    row = shelf()
    assert change(coordinator, row, name="Changed", kind="wide").status_code == 303
    entry = AuditEntry.get(AuditEntry.event == "case:changed")
    assert (entry.subject_table, entry.subject_id) == ("shelves", row.id)
    assert entry.actor_name.startswith("coordinator")
    assert "Changed" not in str(entry.details)


def test_reading_searching_and_exporting_are_recorded(coordinator):
    row = shelf()
    coordinator.get(f"/admin/shelves/details/?id={row.id}")
    coordinator.get("/admin/shelves/?search=First")
    coordinator.get("/admin/shelves/export/csv/")
    events = {entry.event: entry for entry in AuditEntry.select()}
    assert events["case:read"].subject_id == row.id
    assert events["case:searched"].details == {"hits": 1}
    assert events["case:exported"].details == {"rows": 1}


def test_a_refusal_of_the_verb_is_shown_and_changes_nothing(coordinator, monkeypatch):
    row = shelf()

    def refuse(self: Any, form: Any, row: Any, created: bool, *, by: Any, at: Any) -> None:
        form.populate_obj(row)
        row.save()
        raise Refusal("Shelves of this name are refused.")

    monkeypatch.setattr(Shelves, "store", refuse)
    answer = change(coordinator, row, name="Typed", kind="tall")
    assert answer.status_code == 422
    assert "Shelves of this name are refused." in body(answer)
    assert 'value="Typed"' in body(answer)
    assert row.refresh().name == "First"


def test_a_refusal_can_stand_beside_its_field(coordinator, monkeypatch):
    def refuse(self: Any, form: Any, row: Any, created: bool, *, by: Any, at: Any) -> None:
        raise Refusal("Not this name.")

    monkeypatch.setattr(Shelves, "store", refuse)
    monkeypatch.setattr(Shelves, "refusal_fields", {Refusal: "name"})
    page = body(change(coordinator, shelf(), name="Typed", kind="tall"))
    assert '<p class="error" id="name-error">Not this name.</p>' in page
    assert 'aria-describedby="name-error"' in page


def test_a_database_error_is_not_shown_where_the_stock_view_shows_it(coordinator, stock):
    shelf("Taken")
    data = {"name": "Taken", "kind": "tall"}
    assert "UNIQUE" in body(stock.post("/admin/shelves/new/", data=data)).upper()
    answer = coordinator.submit("/admin/shelves/new/", data)
    assert answer.status_code == 422
    assert "UNIQUE" not in body(answer).upper()
    assert "widerspricht einem anderen Eintrag" in body(answer)


# Two editors


def test_the_second_editor_is_told_and_keeps_what_they_typed(coordinator):
    row = shelf()
    shown = hidden_fields(body(coordinator.get(f"/admin/shelves/edit/?id={row.id}")))
    change(coordinator, row, name="By the first", kind="tall")
    address = f"/admin/shelves/edit/?id={row.id}"
    late = coordinator.post(address, data=shown | {"name": "By the second", "kind": "wide"})
    assert late.status_code == 422
    page = body(late)
    assert gettext_in("de", StaleEdit.msgid) in page
    assert 'value="By the second"' in page
    assert "Jetzt gespeichert: By the first" in page
    assert row.refresh().name == "By the first"
    again = hidden_fields(page) | {"name": "By the second", "kind": "wide"}
    assert coordinator.post(address, data=again).status_code == 303
    assert row.refresh().name == "By the second"


def test_the_second_editor_overwrites_unseen_in_the_stock_view(stock):
    row = shelf(owner_id=stock.organization_id)
    stock.get(f"/admin/shelves/edit/?id={row.id}")
    Shelf.update(name="By the first").execute()
    data = {"name": "By the second", "kind": "tall"}
    stock.post(f"/admin/shelves/edit/?id={row.id}", data=data)
    assert row.refresh().name == "By the second"


# Deleting


def test_deleting_takes_nothing_along_where_the_stock_view_does(coordinator, stock):
    first, second = shelf("Stock", owner_id=stock.organization_id), shelf("Ours")
    for each in (first, second):
        Book.create(shelf=each, title=f"On {each.name}")
    stock.post("/admin/shelves/delete/", data={"id": str(first.id)})
    assert [book.title for book in Book.select()] == ["On Ours"]
    answer = coordinator.submit(f"/admin/shelves/delete/?id={second.id}", {"id": str(second.id)})
    assert answer.status_code == 303
    page = body(coordinator.get("/admin/shelves/"))
    assert "noch an anderer Stelle gebraucht" in page
    assert Book.select().count() == Shelf.select().count() == 1


def test_deleting_is_off_unless_a_screen_says_otherwise(library, coordinator, monkeypatch):
    monkeypatch.setattr(Shelves, "can_delete", False)
    row = shelf()
    assert CaseworkView.can_delete is False
    assert coordinator.get(f"/admin/shelves/delete/?id={row.id}").status_code == 404
    assert act(coordinator, "delete", row.id, confirmed="1").status_code == 404
    assert row.refresh()


def test_deleting_asks_first_without_any_script(coordinator):
    row = shelf()
    page = coordinator.get(f"/admin/shelves/delete/?id={row.id}")
    assert "„First“ löschen?" in body(page)
    assert row.refresh()
    coordinator.post(f"/admin/shelves/delete/?id={row.id}", data=hidden_fields(body(page)))
    assert Shelf.select().count() == 0
    assert AuditEntry.get(AuditEntry.event == "case:deleted").subject_id == row.id


def test_a_bulk_action_asks_first_and_then_does_it(coordinator):
    rows = [shelf(f"Shelf {number}") for number in range(3)]
    asked = act(coordinator, "delete", rows[0].id, rows[1].id)
    assert "Die ausgewählten Einträge löschen?" in body(asked)
    assert Shelf.select().count() == 3
    token = csrf_token(body(asked))
    data = {"csrf_token": token, "action": "delete", "confirmed": "1",
            "rowid": [str(rows[0].id), str(rows[1].id)]}  # fmt: skip
    coordinator.post("/admin/shelves/action/", data=data)
    assert [row.name for row in Shelf.select()] == ["Shelf 2"]


@pytest.mark.parametrize("ids", [[], ["x"], ["0" * 40], [str(uuid.uuid4())]])
def test_a_bulk_action_on_nothing_or_nonsense_changes_nothing(coordinator, ids):
    shelf()
    assert act(coordinator, "delete", *ids, confirmed="1").status_code in (303, 404)
    assert Shelf.select().count() == 1


def test_an_unknown_action_is_404(coordinator):
    assert act(coordinator, "explode", shelf().id).status_code == 404


# Addresses


NONSENSE = (
    "sort=99", "sort=-99", "sort=nope", "sort=secret", "page=99999999999999999999", "page=-3",
    "page=x", "desc=x", "endpoint=x", "_method=x", "export_type=csv", "flt_kind=nope",
    "flt_lit=maybe", "flt0_kind=1", "flt_built_at_from=32.13.2026", "search=%00", "search=%25",
    "flt_built_at_from=9999-99-99", "flt_built_at_until=9999-12-31", f"search={'x' * 5000}",
)  # fmt: skip


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_in_a_lists_address_is_left_out(coordinator, query):
    shelf()
    assert coordinator.get(f"/admin/shelves/?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["sort=2", "page=99999999999999999999", "endpoint=x", "_method=x"]
)
def test_nonsense_in_a_lists_address_breaks_the_stock_view(stock, query):
    for number in range(30):
        shelf(f"Shelf {number}", owner_id=stock.organization_id)
    stock.application.testing = stock.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert stock.get(f"/admin/shelves/?{query}").status_code == 500


@pytest.mark.parametrize("page", ["details", "edit", "delete"])
@pytest.mark.parametrize("key", ["", "x", "1", "0" * 5000, "%00", str(uuid.uuid4()), "1&id=2"])
def test_an_id_that_names_nothing_is_404(coordinator, page, key):
    assert coordinator.get(f"/admin/shelves/{page}/?id={key}").status_code == 404


@pytest.mark.parametrize(
    "target", ["/\x1a///evil.example", "//evil.example", "https://evil.example"]
)
def test_returning_never_leaves_the_desk(coordinator, target):
    row = shelf()
    answer = change(coordinator, row, name="X", kind="tall", url=target)
    assert answer.location == f"/admin/shelves/details/?id={row.id}"


def test_the_stock_check_of_addresses_lets_a_foreign_one_pass(stock):
    with stock.application.test_request_context("/admin/"):
        assert is_safe_url("/\x1a///evil.example")


# Look-ups


@pytest.mark.parametrize(
    ("query", "status"),
    [("name=shelf", 200), ("name=shelf&query=%00", 200), ("name=nope&query=x", 404), ("", 404),
     ("name=shelf&query=x&offset=-5", 200), ("name=shelf&query=&limit=x", 200),
     ("name=shelf&query=%25", 200), ("name=shelf&offset=99999999999999999999", 200)],
)  # fmt: skip
def test_a_look_up_takes_any_query(coordinator, query, status):
    assert coordinator.get(f"/admin/books/ajax/lookup/?{query}").status_code == status


def test_a_look_up_is_bounded_where_the_stock_one_dumps_the_table(coordinator, stock):
    for number in range(60):
        shelf(f"Shelf {number}")
    address = "/admin/books/ajax/lookup/?name=shelf&query=&limit=1000000"
    assert len(stock.get(address).json) == 60
    assert len(coordinator.get(address).json) <= 20


def test_a_look_up_without_a_query_breaks_the_stock_view(stock):
    stock.application.testing = stock.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert stock.get("/admin/books/ajax/lookup/?name=shelf").status_code == 500


@pytest.mark.parametrize("key", ["x", str(uuid.uuid4()), "\0", "1" * 5000])
def test_an_unknown_id_in_a_look_up_field_is_a_sentence(coordinator, key):
    answer = coordinator.submit("/admin/books/new/", {"title": "B", "shelf": key})
    assert answer.status_code == 422
    assert 'id="shelf-error"' in body(answer)


def test_an_unknown_id_in_a_look_up_field_breaks_the_stock_view(stock):
    stock.application.testing = stock.application.config["PROPAGATE_EXCEPTIONS"] = False
    data = {"title": "B", "shelf": str(uuid.uuid4())}
    assert stock.post("/admin/books/new/", data=data).status_code == 500


def test_a_look_up_works_without_script(coordinator):
    shelf("Oak"), shelf("Elm")
    page = coordinator.submit(
        "/admin/books/new/", {"title": "Kept", "_lookup": "shelf", "shelf-search": "Oa"}
    )
    assert page.status_code == 200
    assert "Oak</option>" in body(page)
    assert "Elm</option>" not in body(page)
    assert 'value="Kept"' in body(page)
    assert Book.select().count() == 0


# Filters


def test_two_related_filters_work_together(coordinator):
    oak, elm = shelf("Oak", kind="wide"), shelf("Elm")
    Book.create(shelf=oak, title="First book")
    Book.create(shelf=elm, title="Second book")
    page = body(coordinator.get("/admin/books/?flt_shelves_name=Oak&flt_shelves_kind=wide"))
    assert "First book" in page
    assert "Second book" not in page
    page = body(
        coordinator.get(f"/admin/books/?flt_shelf={elm.id}&flt_shelves_name=Elm&sort=shelf")
    )
    assert "Second book" in page
    assert "First book" not in page


def test_a_filter_on_a_joined_query_breaks_the_stock_view(db, config, clock):
    class Joined(ModelView):
        column_filters = (Shelf.kind,)

        def get_query(self) -> Any:
            return Book.select(Book, Shelf).join(Shelf)

    client = make_stock(config, clock, Joined(Book, endpoint="books")).test_client()
    client.application.testing = client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get("/admin/books/?flt0_0=tall").status_code == 500


def test_times_references_and_yes_no_can_be_filtered(coordinator, clock):
    shelf("Old", built_at=clock(), lit=True)
    shelf("New", built_at=clock.forward(days=3), lit=False)
    assert ">Old<" not in body(coordinator.get("/admin/shelves/?flt_built_at_from=2026-11-04"))
    assert ">New<" not in body(coordinator.get("/admin/shelves/?flt_built_at_until=2026-11-02"))
    assert ">New<" not in body(coordinator.get("/admin/shelves/?flt_lit=1"))


@pytest.mark.parametrize("column", ["shelf", "id"])
def test_the_stock_view_cannot_filter_references_and_keys(db, column):
    class Filtered(ModelView):
        column_filters = (column,)

    with pytest.raises(Exception, match="Unsupported filter type"):
        Filtered(Book)


def test_sealed_columns_are_shown_but_neither_sorted_nor_searched_nor_filtered(coordinator):
    shelf(secret="behind the curtain")
    page = body(coordinator.get("/admin/shelves/"))
    assert "behind the curtain" in page
    assert "sort=secret" not in page
    for wrong in ({"column_filters": ("secret",)}, {"column_searchable_list": ("secret",)},
                  {"column_sortable_list": ("secret",)}):  # fmt: skip
        with pytest.raises(ValueError, match="sealed"):
            type("Wrong", (Shelves,), wrong)()


# Fields


def test_not_known_stays_not_known_where_the_stock_view_makes_it_no(coordinator, stock):
    mine, ours = shelf("Stock", owner_id=stock.organization_id), shelf("Ours")
    stock.post(f"/admin/shelves/edit/?id={mine.id}", data={"name": "Stock", "kind": "tall"})
    assert mine.refresh().lit is False
    change(coordinator, ours, name="Ours", kind="tall", lit="")
    assert ours.refresh().lit is None


def test_a_file_where_text_belongs_is_a_sentence_where_the_stock_view_fails(coordinator, stock):
    stock.application.testing = stock.application.config["PROPAGATE_EXCEPTIONS"] = False
    data = {"name": (io.BytesIO(b"x"), "x.txt"), "kind": "tall"}
    assert stock.post("/admin/shelves/new/", data=data).status_code == 500
    data = {"name": (io.BytesIO(b"x"), "x.txt"), "kind": "tall"}
    answer = coordinator.submit("/admin/shelves/new/", data)
    assert answer.status_code == 422
    assert Shelf.select().count() == 0


@pytest.mark.parametrize(
    "data",
    [
        {"name": "", "kind": "tall"},
        {"name": "x" * 20_000, "kind": "tall"},
        {"name": "X", "kind": "round"},
        {"name": "X", "kind": ""},
        {"name": "X", "kind": "tall", "built_at": "yesterday"},
        {"name": "X", "kind": "tall", "built_at": "0001-01-01T00:00"},
        {"name": "X", "kind": "tall", "secret": "x" * 20_000},
        {"name": "\0", "kind": "tall"},
    ],
)
def test_wrong_values_are_sentences_and_store_nothing(coordinator, data):
    answer = coordinator.submit("/admin/shelves/new/", data)
    assert answer.status_code == 422
    assert 'role="alert"' in body(answer)
    assert Shelf.select().count() == 0


def test_a_doubled_field_gives_one_value(coordinator):
    answer = coordinator.submit("/admin/shelves/new/", {"name": ["One", "Two"], "kind": "tall"})
    assert answer.status_code == 303
    assert Shelf.get().name == "One"


def test_markup_stays_text(coordinator):
    row = shelf("<script>alert(1)</script>")
    for address in ("/admin/shelves/", f"/admin/shelves/details/?id={row.id}",
                    f"/admin/shelves/edit/?id={row.id}",
                    "/admin/shelves/?search=<script>x"):  # fmt: skip
        assert "<script>alert" not in body(coordinator.get(address))


def test_times_are_entered_and_shown_in_the_sites_zone(coordinator):
    data = {"name": "Summer", "kind": "tall", "built_at": "2026-07-01T10:00"}
    coordinator.submit("/admin/shelves/new/", data)
    row = Shelf.get()
    assert row.built_at.hour == 8
    assert "01.07.2026 10:00" in body(coordinator.get(f"/admin/shelves/details/?id={row.id}"))
    form = body(coordinator.get(f"/admin/shelves/edit/?id={row.id}"))
    assert 'value="2026-07-01T10:00"' in form


# Cells of the list


def test_a_cell_of_the_list_is_changed_where_the_stock_view_fails(coordinator, db, config, clock):
    class Editable(ModelView):
        column_editable_list = ("kind",)

    row = shelf()
    stock = make_stock(config, clock, Editable(Shelf, endpoint="shelves")).test_client()
    stock.application.testing = stock.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert stock.get("/admin/shelves/").status_code == 500
    page = body(coordinator.get("/admin/shelves/"))
    data = {"csrf_token": csrf_token(page), "list_form_pk": str(row.id), "kind": "wide"}
    assert coordinator.post("/admin/shelves/ajax/update/", data=data).status_code == 303
    assert row.refresh().kind == "wide"


def test_a_cell_cannot_be_changed_where_editing_is_off(coordinator, monkeypatch):
    row = shelf()
    token = csrf_token(body(coordinator.get("/admin/shelves/")))
    monkeypatch.setattr(Shelves, "can_edit", False)
    data = {"csrf_token": token, "list_form_pk": str(row.id), "kind": "wide"}
    assert coordinator.post("/admin/shelves/ajax/update/", data=data).status_code == 404
    assert row.refresh().kind == "tall"


def test_the_stock_view_changes_a_cell_where_editing_is_off(db, config, clock):
    class ReadOnly(ModelView):
        can_edit = False
        column_editable_list = ("name",)

    row = shelf()
    client = make_stock(config, clock, ReadOnly(Shelf, endpoint="shelves")).test_client()
    client.post(
        "/admin/shelves/ajax/update/", data={"list_form_pk": str(row.id), "name": "Changed"}
    )
    assert row.refresh().name == "Changed"


@pytest.mark.parametrize("data", [{"kind": "round"}, {"name": "Other"}, {}])
def test_a_wrong_cell_changes_nothing(coordinator, data):
    row = shelf()
    token = csrf_token(body(coordinator.get("/admin/shelves/")))
    sent = {"csrf_token": token, "list_form_pk": str(row.id)} | data
    assert coordinator.post("/admin/shelves/ajax/update/", data=sent).status_code == 303
    assert (row.refresh().name, row.refresh().kind) == ("First", "tall")


# Rows that belong to a row


class WithBooks(Shelves):
    """Books edited with their shelf, without naming the key."""

    form_columns = ("name", "kind")
    inline_models = [(Book, {"form_columns": ("title",), "form_label": "Books"})]


@pytest.fixture
def inline(db, config, clock, monkeypatch, world):
    client = make_desk(config, clock, [WithBooks], monkeypatch).test_client()
    sign_in(client, world.coordinator())
    return client


def test_rows_are_added_with_their_parent_where_the_stock_view_loses_them(
    inline, db, config, clock
):
    class Stock(ModelView):
        form_columns = ("name", "kind")
        inline_models = (Book,)

    client = make_stock(config, clock, Stock(Shelf, endpoint="shelves")).test_client()
    client.post("/admin/shelves/new/", data={"name": "S", "kind": "tall", "books-0-title": "Lost"})
    assert Book.select().count() == 0
    data = {"name": "Ours", "kind": "tall", "books-0-id": "", "books-0-title": "Kept"}
    assert inline.submit("/admin/shelves/new/", data).status_code == 303
    assert [(b.title, b.shelf.name) for b in Book.select()] == [("Kept", "Ours")]
    assert AuditEntry.select().where(AuditEntry.event == "books:created").count() == 1


def test_a_row_list_without_its_key_breaks_the_stock_view(db, config, clock):
    class Stock(ModelView):
        form_columns = ("name", "kind")
        inline_models = ((Book, {"form_columns": ("title",)}),)

    row = shelf()
    Book.create(shelf=row, title="B")
    client = make_stock(config, clock, Stock(Shelf, endpoint="shelves")).test_client()
    client.application.testing = client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get(f"/admin/shelves/edit/?id={row.id}").status_code == 500


def test_rows_are_changed_and_removed_with_their_parent(inline):
    row = shelf()
    kept, gone = Book.create(shelf=row, title="Kept"), Book.create(shelf=row, title="Gone")
    page = body(inline.get(f"/admin/shelves/edit/?id={row.id}"))
    place = {hidden_fields(page)[f"books-{n}-id"]: n for n in range(2)}
    data = {"name": "First", "kind": "tall",
            f"books-{place[str(kept.id)]}-title": "Renamed",
            f"books-{place[str(gone.id)]}-title": "Gone",
            f"del-books-{place[str(gone.id)]}": "on"}  # fmt: skip
    answer = inline.post(f"/admin/shelves/edit/?id={row.id}", data=hidden_fields(page) | data)
    assert answer.status_code == 303
    assert [b.title for b in Book.select()] == ["Renamed"]


def test_a_parent_is_undone_with_its_rows_where_the_stock_view_keeps_it(inline, db, config, clock):
    class Rows(InlineFormAdmin):
        def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
            raise ValidationError("No such book.")

    class Stock(ModelView):
        form_columns = ("name", "kind")
        inline_models = (Rows(Book),)

    mine, ours = shelf("Stock"), shelf("Ours")
    Book.create(shelf=mine, title="Taken")
    client = make_stock(config, clock, Stock(Shelf, endpoint="shelves")).test_client()
    data = {"name": "Half saved", "kind": "tall", "books-0-title": "X"}
    client.post(f"/admin/shelves/edit/?id={mine.id}", data=data)
    assert mine.refresh().name == "Half saved"
    answer = change(inline, ours, **{"name": "Half", "kind": "tall", "books-0-title": "Taken"})
    assert answer.status_code == 422
    assert ours.refresh().name == "Ours"


def test_another_row_is_asked_for_without_script(inline):
    answer = inline.submit(
        "/admin/shelves/new/",
        {"name": "Kept", "kind": "tall", "books-0-title": "One", "_add_inline": "books"},
    )
    assert answer.status_code == 200
    assert 'name="books-1-title"' in body(answer)
    assert 'value="One"' in body(answer)
    assert Shelf.select().count() == 0


def test_a_row_of_somebody_elses_is_not_touched(inline):
    row, other = shelf(), shelf("Other")
    foreign = Book.create(shelf=other, title="Foreign")
    data = {"name": "First", "kind": "tall", "books-0-id": str(foreign.id), "books-0-title": "Mine"}
    change(inline, row, **data)
    assert foreign.refresh().title == "Foreign"
    assert foreign.refresh().shelf_id == other.id


# Exports


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_table_is_a_formula(start):
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_exports_escape_formulas_where_the_stock_view_does_not(coordinator, stock):
    shelf("=HYPERLINK(1)", owner_id=stock.organization_id)
    assert "\n=HYPERLINK" in body(stock.get("/admin/shelves/export/csv/")).replace(
        "\r", ""
    ).replace(",=", "\n=")
    text = coordinator.get("/admin/shelves/export/csv/").get_data().decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert "\n=HYPERLINK" not in text
    sheet = zipfile.ZipFile(io.BytesIO(coordinator.get("/admin/shelves/export/xlsx/").get_data()))
    assert b"<f>" not in b"".join(sheet.read(name) for name in sheet.namelist())


@pytest.mark.parametrize("kind", ["exe", "json", "../csv", "html"])
def test_an_unknown_kind_of_export_is_404(coordinator, kind):
    assert coordinator.get(f"/admin/shelves/export/{kind}/").status_code == 404


# Searching


def test_what_was_searched_for_does_not_stand_in_the_address(coordinator):
    shelf("Amal"), shelf("Other", kind="wide"), shelf("Amal two", kind="wide")
    data = {"search": "Amal", "flt_kind": "wide"}
    token = csrf_token(body(coordinator.get("/admin/shelves/")))
    answer = coordinator.post("/admin/shelves/search/", data=data | {"csrf_token": token})
    assert "Amal" not in answer.location
    page = body(coordinator.get(answer.location))
    assert "1 Eintrag" in page
    assert "Amal two" in page
    assert 'value="Amal"' in page
    assert "=Amal" not in page


@pytest.mark.parametrize("token", ["x", "=", "%00", "A" * 5000, "äöü"])
def test_made_up_search_words_are_left_out(coordinator, token):
    shelf()
    page = body(coordinator.get(f"/admin/shelves/?words={token}"))
    assert "First" in page


# Lists that stay flat


def test_a_list_takes_as_many_statements_with_many_rows_as_with_few(coordinator):
    def taken() -> int:
        with statements() as seen:
            assert coordinator.get("/admin/books/").status_code == 200
        return len(seen)

    for number in range(2):
        Book.create(shelf=shelf(f"Shelf {number}"), title=f"Book {number}")
    few = taken()
    for number in range(2, 60):
        Book.create(shelf=shelf(f"Shelf {number}"), title=f"Book {number}")
    assert taken() == few <= Books.statement_budget


def test_a_count_stops_at_a_thousand(coordinator):
    Shelf.insert_rows([Shelf(name=f"Shelf {number}") for number in range(1_002)])
    page = body(coordinator.get("/admin/shelves/"))
    assert "Mehr als 1.000 Einträge" in page
    assert page.count("<tr>") == 51
    last = body(coordinator.get("/admin/shelves/?page=20"))
    assert last.count("<tr>") == 3
    assert 'rel="next"' not in last


# Page


def test_a_page_names_its_language_where_the_stock_one_does_not(coordinator, stock):
    assert "<html>" in body(stock.get("/admin/shelves/"))
    assert '<html lang="de" dir="ltr">' in body(coordinator.get("/admin/shelves/"))


def test_a_list_needs_few_bytes_and_nothing_from_elsewhere(coordinator):
    for number in range(20):
        shelf(f"Shelf {number}")
    page = body(coordinator.get("/admin/shelves/"))
    assert "http://" not in page.replace("http://localhost", "")
    assert "https://" not in page
    assert len(page) < 60_000


def test_every_page_has_one_heading_and_its_landmarks(coordinator):
    row = shelf()
    for address in ("/admin/shelves/", f"/admin/shelves/details/?id={row.id}",
                    f"/admin/shelves/edit/?id={row.id}", "/admin/shelves/new/",
                    "/admin/account"):  # fmt: skip
        page = body(coordinator.get(address))
        assert page.count("<h1>") == 1
        for landmark in ("<header", "<nav", "<main", 'href="#content"'):
            assert landmark in page


def test_a_row_leads_to_its_page_else_to_its_form_else_nowhere(coordinator, monkeypatch):
    row = shelf()
    page = f'href="/admin/shelves/details/?id={row.id}"'
    form = f'href="/admin/shelves/edit/?id={row.id}"'
    assert page in body(coordinator.get("/admin/shelves/"))
    monkeypatch.setattr(Shelves, "can_view_details", False)
    without_page = body(coordinator.get("/admin/shelves/"))
    assert form in without_page
    assert page not in without_page
    monkeypatch.setattr(Shelves, "can_edit", False)
    assert form not in body(coordinator.get("/admin/shelves/"))
