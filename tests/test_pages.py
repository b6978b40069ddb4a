"""The test client refuses a page that is not well formed, wherever the fault stands."""

import pytest

from tests.pages import check_page, check_syntax, skeleton

PAGE = (
    '<!doctype html>\n<html lang="de" dir="ltr"><head><title>Fragen &amp; "Wege"</title></head>'
    '<body class="a b">\n{}\n</body></html>'
)


@pytest.mark.parametrize(
    "fault",
    [
        "<p>open <b>and never closed</p>",
        "<p>closed twice</p></p></div>",
        '<p id="a" id="b">one name twice</p>',
        "<p>an &unknown; sign</p>",
        '<a href="/?a=1&copy=2">half an entity</a>',
        "<p>a bell \x07 rings</p>",
        '<input value="a bell \x07">',
        "<p>a bell by number &#7;</p>",
        "<ul><li>one</li></ul></li>",
        "<table><tr><p>words between</p><td>cells</td></tr></table>",
        "<div/>",
        '<p class="a"id="b">no space between</p>',
        "<p class=a'b>a quote inside</p>",
        "<form><form></form></form>",
        "<a href='/'><a href='/'>link in link</a></a>",
        "<select><option>a</option></select></option>",
        "<p>the end</p></body></html><p>and on</p>",
    ],
)
def test_a_faulty_page_is_refused(fault):
    with pytest.raises(AssertionError):
        check_page(PAGE.format(fault))


@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_a_page_of_any_length_passes_and_one_fault_in_its_midst_does_not(count):
    option = '<option value="{n}">Wort {n} &lt;&#39;</option>\n'
    before, after = (
        "".join(option.format(n=n) for n in numbers) for numbers in (range(count), range(count))
    )
    check_page(PAGE.format(f"<select>{before}{after}</select>"))
    with pytest.raises(AssertionError):
        check_page(PAGE.format(f"<select>{before}<option a a>x</option>{after}</select>"))
    with pytest.raises(AssertionError):
        check_page(PAGE.format(f"<select>{before}</b>{after}</select>"))


def test_pages_built_alike_are_read_once():
    check_syntax.cache_clear()
    for words in ("Guten Tag", "مرحبا", "a &lt; b", 'so "called"'):
        check_page(PAGE.format(f'<p title="{len(words)}">{words}</p>'))
    assert check_syntax.cache_info().misses == 1
    assert skeleton("<p> </p>") != skeleton("<p>x</p>")
