"""What every screen of the back office stands on."""

from admin.base.ajax import ScopedLoader
from admin.base.fields import CodesField, LabelsField, LinesField, MomentField, RowField
from admin.base.filters import Between, ChoiceFilter, ContainsFilter, DeskFilter
from admin.base.forms import DeskForm
from admin.base.page_forms import PageForms
from admin.base.pages import DeskPage, safe_url
from admin.base.refusals import refusals_in, refusals_told
from admin.base.shown import show_date, show_moment, show_value
from admin.base.view import CaseworkView

__all__ = [
    "CaseworkView",
    "DeskPage",
    "PageForms",
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
    "refusals_in",
    "refusals_told",
    "safe_url",
    "show_date",
    "show_moment",
    "show_value",
]
