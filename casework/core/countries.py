"""Countries by ISO 3166-1 alpha-2, with the names that people write in lists."""

from __future__ import annotations

import functools

from babel import Locale

from casework.core.lookups import fold

# Country codes of CLDR that are no countries: regions, unions, outlying islands, unknown.
_NOT_COUNTRIES = {
    "EU",
    "EZ",
    "UN",
    "XA",
    "XB",
    "ZZ",
    "QO",
    "AC",
    "CP",
    "CQ",
    "DG",
    "EA",
    "IC",
    "TA",
}
# What stands in German lists in place of a country's name: adjectives, three letters, short forms.
_ALSO = {
    "AF": "afghanisch afg", "AL": "albanisch alb", "AM": "armenisch arm", "AZ": "aserbaidschanisch",
    "BA": "bosnisch bosnien bih", "CM": "kamerunisch cmr", "CN": "chinesisch chn",
    "CO": "kolumbianisch col", "DZ": "algerisch dza", "EG": "ägyptisch egy", "ER": "eritreisch eri",
    "ET": "äthiopisch eth", "GE": "georgisch geo", "GM": "gambisch gmb", "GN": "guineisch gin",
    "IN": "indisch ind", "IQ": "irakisch iraqi irq", "IR": "iranisch irn", "KE": "kenianisch ken",
    "LB": "libanesisch lbn", "LY": "libysch lby", "MA": "marokkanisch mar",
    "MD": "moldauisch moldawien mda", "MK": "mazedonisch nordmazedonisch mazedonien mkd",
    "ML": "malisch mli", "NG": "nigerianisch nga", "PK": "pakistanisch pak",
    "PS": "palästinensisch palästina pse", "RS": "serbisch srb", "RU": "russisch russland rus",
    "SD": "sudanesisch sdn", "SO": "somalisch somali som", "SS": "südsudanesisch ssd",
    "SY": "syrisch syrer syrerin syrian syr", "TG": "togoisch tgo", "TN": "tunesisch tun",
    "TR": "türkisch türkei turkey tur", "UA": "ukrainisch ukr", "VE": "venezolanisch ven",
    "VN": "vietnamesisch vnm", "XK": "kosovarisch xkx", "YE": "jemenitisch yem",
}  # fmt: skip

# The short forms that German offices write (list of states of the Federal Foreign Office), where
# CLDR says it otherwise.
_OFFICIAL = {
    "SY": "Syrische Arabische Republik|Arabische Republik Syrien|Syrian Arab Republic",
    "IR": "Iran, Islamische Republik|Islamische Republik Iran|Iran (Islamic Republic of)",
    "RU": "Russische Föderation|Russian Federation", "MD": "Moldau, Republik|Republik Moldau",
    "MK": "Nordmazedonien, Republik|Republik Nordmazedonien",
    "CD": "Kongo, Demokratische Republik|Demokratische Republik Kongo|DR Kongo|DR Congo",
    "CG": "Kongo, Republik|Republik Kongo", "VE": "Venezuela, Bolivarische Republik",
    "VN": "Viet Nam", "TZ": "Tansania, Vereinigte Republik", "KR": "Korea, Republik",
    "KP": "Korea, Demokratische Volksrepublik", "LA": "Laos, Demokratische Volksrepublik",
    "GB": "Vereinigtes Königreich", "US": "Vereinigte Staaten von Amerika", "CI": "Côte d’Ivoire",
    "PS": "Palästinensische Gebiete|State of Palestine", "BO": "Bolivien, Plurinationaler Staat",
    "CN": "China, Volksrepublik|Volksrepublik China", "AF": "Afghanistan, Islamische Republik",
    "XK": "Kosovo, Republik", "BY": "Weißrussland", "MM": "Birma|Burma",
    "CZ": "Tschechische Republik",
}  # fmt: skip


@functools.cache
def country_codes() -> tuple[str, ...]:
    """The codes of all countries, in the order of their German names."""
    names = Locale.parse("de").territories
    codes = [
        code
        for code in map(str, names)
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return tuple(sorted(codes, key=lambda code: fold(str(names[code]))))


def country_name(code: str | None, tag: str) -> str:
    """What a reader of `tag` calls the country; the code itself if unknown, "" for none."""
    names = Locale.parse(tag.replace("-", "_")).territories
    return str(names.get(code, code)) if code else ""


def country_code(written: str) -> str | None:
    """The code of a country as somebody wrote it: code, name or adjective; None if unknown."""
    return _written().get(fold(written))


@functools.cache
def _written() -> dict[str, str]:
    known: dict[str, str] = {}
    for tag in ("de", "en", "fr"):
        names = Locale.parse(tag).territories
        known |= {fold(names[code]): code for code in country_codes() if code in names}
    known |= {fold(word): code for code, words in _ALSO.items() for word in words.split()}
    known |= {fold(name): code for code, names in _OFFICIAL.items() for name in names.split("|")}
    return known | {code.casefold(): code for code in country_codes()}
