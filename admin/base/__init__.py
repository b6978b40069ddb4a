"""What every screen of the back office stands on."""

from admin.base.ajax import ScopedLoader
from admin.base.filters import Between, ChoiceFilter, ContainsFilter, DeskFilter
from admin.base.forms import CodesField, DeskForm, LabelsField, LinesField, MomentField, RowField
from admin.base.pages import DeskPage, safe_url
from admin.base.shown import show_date, show_moment, show_value
from admin.base.view import CaseworkView

__all__ = [
    "CaseworkView",
    "DeskPage",
    "DeskForm",
    "LabelsField",
    "LinesField",
    "CodesField",
    "MomentField",
    "RowField",
    "ScopedLoader",
    "DeskFilter",
    "ChoiceFilter",
    "ContainsFilter",
    "Between",
    "safe_url",
    "show_date",
    "show_moment",
    "show_value",
]
