"""The architecture, as sentences."""

from __future__ import annotations

import ast
import importlib
import inspect
import logging.config
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from importlinter.cli import lint_imports
from peewee import BlobField, ForeignKeyField

import casework
from casework.core import audit
from casework.core.access import GRANTS, Actor, Role
from casework.core.crypto import place_of
from casework.core.db import Base, connection, database
from casework.providers import DirectoryModel
from casework.texts import Text

ROOT = Path(__file__).parent.parent
DOORS = ("app.py", "portal", "admin", "casework")
ABSTRACT = {"DirectoryModel", "_Belonging", "CaseModel", "ContactRow", "Vocabulary"}
README = (ROOT / "README.md").read_text(encoding="utf-8") if (ROOT / "README.md").exists() else ""


def _domain_modules() -> list[str]:
    found = pkgutil.walk_packages(casework.__path__, "casework.")
    return [module.name for module in found if ".migrations" not in module.name]


def _import_everything() -> None:
    for name in _domain_modules():
        importlib.import_module(name)


def _models() -> list[type[Base]]:
    _import_everything()
    found: dict[type[Base], None] = {}
    todo = list(Base.__subclasses__())
    while todo:
        model = todo.pop()
        todo.extend(model.__subclasses__())
        if model.__module__.startswith("casework.") and model.__name__ not in ABSTRACT:
            found[model] = None
    return list(found)


def _sources() -> list[Path]:
    return [
        path
        for top in DOORS
        for path in ([ROOT / top] if top.endswith(".py") else sorted((ROOT / top).rglob("*.py")))
    ]


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_imports_only_go_down_and_the_doors_never_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    # Import-linter would set up logging anew and silence every logger for the tests after this.
    monkeypatch.setattr(logging.config, "dictConfig", lambda settings: None)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_nobody_imports_app() -> None:
    guilty = [path for path in _sources() if path.name != "app.py" and "app" in _imports(path)]
    assert guilty == []


def test_no_module_is_called_a_drawer() -> None:
    drawers = {"utils", "helpers", "common", "manager", "misc", "tools"}
    assert [
        path for path in _sources() if path.stem in drawers or path.parent.name in drawers
    ] == []


@pytest.mark.parametrize("model", _models(), ids=lambda model: model.__name__)
def test_every_model_states_its_own_scope(model: type[Base]) -> None:
    owner = next(cls for cls in model.__mro__ if "scope" in vars(cls))
    assert owner is not Base


@pytest.mark.parametrize("model", _models(), ids=lambda model: model.__name__)
def test_a_model_can_move_without_losing_what_is_sealed(model: type[Base]) -> None:
    """Sealed values are bound to the table's name, so it stands there and follows no class."""
    assert f'table_name = "{model._meta.table_name}"' in inspect.getsource(model)
    row = model()
    assert place_of(row, "note") == f"{model._meta.table_name}/{row.id}/note"


def test_forgetting_a_scope_fails_closed() -> None:
    with pytest.raises(NotImplementedError):
        Base.scope(None)  # type: ignore[arg-type]


@pytest.mark.usefixtures("_app")
def test_every_listener_waits_for_news_that_somebody_tells() -> None:
    _import_everything()
    assert set(audit.subscriptions()) <= set(audit.RECORDED)


def test_every_verb_takes_the_actor_and_the_time() -> None:
    _import_everything()
    for event, where in audit.RECORDED.items():
        module, name = where.rsplit(".", 1)
        verb = getattr(importlib.import_module(module), name)
        parameters = inspect.signature(verb).parameters
        assert {"by", "at"} <= set(parameters), f"{event}: {where}"


def _public_functions() -> Iterator[tuple[str, object]]:
    """Functions of the domain and methods of its classes, without those called `_so`."""
    for module in map(importlib.import_module, _domain_modules()):
        for name, found in vars(module).items():
            if name.startswith("_") or getattr(found, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(found):
                yield f"{module.__name__}.{name}", found
            elif inspect.isclass(found):
                for each, method in vars(found).items():
                    method = getattr(method, "__func__", getattr(method, "fget", method))
                    if inspect.isfunction(method) and not each.startswith("_"):
                        yield f"{module.__name__}.{name}.{each}", method


def test_every_public_function_of_the_domain_says_what_it_gives() -> None:
    assert [name for name, found in _public_functions() if not inspect.getdoc(found)] == []


def test_events_and_permissions_are_spelled_resource_colon_word() -> None:
    _import_everything()
    names = {*audit.RECORDED, *(grant for grants in GRANTS.values() for grant in grants)}
    assert [name for name in names if not re.fullmatch(r"[a-z_]+:(\*|[a-z_]+)", name)] == []


def test_the_migrations_build_exactly_the_tables_of_the_models(db: None) -> None:
    for model in _models():
        columns = {column.name: column for column in database.get_columns(model._meta.table_name)}
        fields = {field.column_name: field for field in model._meta.sorted_fields}
        assert set(columns) == set(fields), model.__name__
        for name, field in fields.items():
            assert columns[name].null == bool(field.null), f"{model.__name__}.{name}"
        indexed = {tuple(index.columns) for index in database.get_indexes(model._meta.table_name)}
        for field in model._meta.sorted_fields:
            if field.index or field.unique or isinstance(field, ForeignKeyField):
                assert any(columns[:1] == (field.column_name,) for columns in indexed), (
                    f"{model.__name__}.{field.name} has no index"
                )


def test_no_clear_column_holds_what_identifies_a_person(db: None) -> None:
    revealing = {"given_name", "family_name", "birth_date", "answers", "body", "shared", "note"}
    for model in _models():
        if model is Text or issubclass(model, DirectoryModel):
            continue
        for field in model._meta.sorted_fields:
            if field.name in revealing:
                assert isinstance(field, BlobField), f"{model.__name__}.{field.name} is clear"


def test_every_endpoint_has_a_permission_or_is_listed_as_public(app: Flask) -> None:
    from admin.base import CaseworkView
    from admin.permissions import PERMITTED, PUBLIC_ENDPOINTS

    unknown = []
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        view = next((v for v in app.extensions["admin"][0]._views if v.endpoint == blueprint), None)
        if isinstance(view, CaseworkView) and view.resource:
            continue
        listed = rule.endpoint in PERMITTED or rule.endpoint in PUBLIC_ENDPOINTS
        if not listed and blueprint != "portal":
            unknown.append(rule.endpoint)
    assert unknown == []


def test_every_screen_of_the_back_office_declares_its_resource(app: Flask) -> None:
    known = {grant.split(":")[0] for grants in GRANTS.values() for grant in grants}
    for view in app.extensions["admin"][0]._views:
        assert getattr(view, "resource", None) in known, view.endpoint


def test_whatever_a_screen_offers_somebody_may_do(app: Flask) -> None:
    from admin.permissions import PERMITTED

    switches = {"create_view": "can_create", "edit_view": "can_edit", "delete_view": "can_delete",
                "export": "can_export", "ajax_update": "can_edit"}  # fmt: skip
    roles = [Actor("staff", role=role) for role in Role]
    idle = []
    for view in app.extensions["admin"][0]._views:
        for _address, method, _verbs in view._urls:
            permission = PERMITTED[f"{view.endpoint}.{method}"]
            is_offered = getattr(view, switches.get(method, ""), True)
            if is_offered and not any(each.may(permission) for each in roles):
                idle.append(f"{view.endpoint}.{method} needs {permission}")
    assert idle == []


def test_the_tree_in_the_readme_is_the_real_one() -> None:
    tree = re.search(r"## The house.*?```\n(.*?)```", README, re.S)
    assert tree, "README has no tree"
    for line in tree[1].splitlines():
        found = re.match(r"( *)([\w./]+)", line)
        if found and found[2] != "":
            named = found[2].rstrip("/")
            hits = list(ROOT.glob(named)) or [
                path
                for top in ("portal", "admin", "casework", "tests")
                for path in (ROOT / top).rglob(named)
            ]
            assert hits, f"README names {named}, which is not there"


def test_the_newcomers_table_names_what_is_there() -> None:
    table = re.search(r"## Where a newcomer finds things\n(.*?)\n## ", README, re.S)
    assert table, "README has no newcomer's table"
    for path in re.findall(r"`([\w/]+\.(?:py|md|xlsx))`", table[1]):
        assert (ROOT / path).exists(), path


def test_every_pinned_dependency_has_its_reason_in_the_readme() -> None:
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        found = re.match(r"([A-Za-z0-9_.-]+)", line)
        if found:
            assert f"`{found[1].lower()}`" in README.lower(), found[1]


def test_the_database_is_open_only_where_somebody_opened_it(fresh: None) -> None:
    assert database.is_closed()
    with connection():
        assert not database.is_closed()
    assert database.is_closed()
