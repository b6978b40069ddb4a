"""What the halves of `CaseworkView` expect of the whole; Flask-Admin and the screen bring it."""

from __future__ import annotations

from typing import Any


class Whole:
    """Names only: nothing here exists at run time."""

    model: Any
    resource: Any
    endpoint: Any
    render: Any
    get_url: Any
    get_query: Any
    get_one: Any
    shown: Any
    sections: Any
    allows: Any
    loads: Any
    create_form: Any
    edit_form: Any
    on_form_prefill: Any
    can_create: Any
    can_edit: Any
    can_delete: Any
    can_export: Any
    can_view_details: Any
    create_template: Any
    edit_template: Any
    details_template: Any
    list_template: Any
    page_size: Any
    column_list: Any
    column_filters: Any
    column_choices: Any
    column_searchable_list: Any
    column_editable_list: Any
    get_column_name: Any
    get_details_columns: Any
    action_disallowed_list: Any
    update_model: Any
    delete_model: Any
    records_reads: Any
    _actions: Any
    _actions_data: Any
    _list_columns: Any
    _export_columns: Any
    _sortable_columns: Any
    _search_supported: Any
    _edit_form_class: Any
    _form_ajax_refs: Any
