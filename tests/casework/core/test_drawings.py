"""The drawings: one file, which both doors show."""

from __future__ import annotations

import re

import defusedxml.ElementTree as ElementTree
import pytest

from admin.icons import drawing as desk_drawing
from casework.core.drawings import SHEET, paths
from casework.life_areas import LifeArea
from portal.icons import drawing

SVG = "{http://www.w3.org/2000/svg}"


def test_every_drawing_of_the_file_is_known_by_its_name():
    symbols = ElementTree.parse(SHEET).getroot().findall(f"{SVG}symbol")
    drawn = {each.get("id"): each.find(f"{SVG}path").get("d") for each in symbols}
    assert paths() == drawn
    assert len(drawn) > 20


def test_a_life_area_has_its_drawing_at_both_doors(world):
    missing = {area.icon for area in LifeArea.select()} - set(paths())
    assert not missing


def test_the_portal_and_the_desk_show_the_same_picture(client):
    address = re.search(r"[^\"]+icons\.[0-9a-f]+\.svg", _desk_icon(client)).group()
    sheet = client.get(address).get_data(as_text=True)
    path = re.search(r'd="([^"]+)"', drawing("house")).group(1)
    assert f'<symbol id="house" viewBox="0 0 24 24"><path d="{path}"/></symbol>' in sheet


def _desk_icon(client):

    with client.application.test_request_context("/admin/"):
        return str(desk_drawing("house"))


@pytest.mark.parametrize("name", ["", "nothing", 'house"/><script>'])
def test_an_unknown_drawing_is_no_picture(name):
    assert drawing(name) == ""
