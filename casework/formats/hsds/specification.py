"""The tables of Open Referral HSDS 3.2 in their tabular form, and the names older versions use.

One line a table: `name!` is required, `:type` says how the value is written, `>table`
is a key of another table, `~table` one that the standard only describes in words,
`=a|b` the values allowed. Source: the schemas of HSDS 3.2.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = "3.2"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    required: bool
    type: str
    reference: str
    hard: bool
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Specified:
    """One table: its kind (the object's name), its file and its columns in order."""

    kind: str
    file: str
    columns: dict[str, Column]

    @property
    def references(self) -> dict[str, str]:
        """Columns that are keys of another table, with that table's kind."""
        return {c.name: c.reference for c in self.columns.values() if c.reference}


_TABLES = """
organization organizations.csv id! name! alternate_name description! email:email website:uri
  tax_status tax_id year_incorporated:number legal_status logo uri:uri
  parent_organization_id~organization
program programs.csv id! organization_id!>organization name! alternate_name description!
service services.csv id! organization_id!>organization program_id>program name! alternate_name
  description url:uri email:email status!=active|inactive|defunct|temporarily_closed
  interpretation_services application_process fees_description wait_time fees accreditations
  eligibility_description minimum_age:number maximum_age:number assured_date:date
  assurer_email:email licenses alert last_modified:datetime
location locations.csv id! location_type!=physical|postal|virtual url:uri
  organization_id>organization name alternate_name description transportation latitude:number
  longitude:number external_identifier external_identifier_type
service_at_location service_at_location.csv id! service_id!>service location_id!>location
  description
contact contacts.csv id! organization_id>organization service_id>service
  service_at_location_id>service_at_location location_id>location name title department
  email:email
phone phones.csv id! location_id>location service_id>service organization_id>organization
  contact_id>contact service_at_location_id>service_at_location number! extension type
  description
address addresses.csv id! location_id>location attention address_1! address_2 city! region
  state_province! postal_code! country! address_type!=physical|postal|virtual
schedule schedules.csv id! service_id>service location_id>location
  service_at_location_id>service_at_location valid_from:date valid_to:date dtstart:date timezone
  until:date count:number wkst=MO|TU|WE|TH|FR|SA|SU freq=WEEKLY|MONTHLY interval:number
  byday:days byweekno bymonthday byyearday description opens_at:time closes_at:time
  schedule_link:uri attending_type notes
language languages.csv id! service_id>service location_id>location phone_id>phone name code note
accessibility accessibility.csv id! location_id>location description details url:uri
service_area service_areas.csv id! service_id>service service_at_location_id>service_at_location
  name description extent extent_type uri:uri
required_document required_documents.csv id! service_id>service document uri:uri
cost_option cost_options.csv id! service_id!>service valid_from:date valid_to:date option
  currency amount:number amount_description
funding funding.csv id! organization_id>organization service_id>service source
organization_identifier organization_identifiers.csv id! organization_id!>organization
  identifier_scheme identifier_type! identifier!
url url.csv id! label url!:uri organization_id>organization service_id>service
unit units.csv id! name! scheme identifier uri:uri
service_capacity service_capacity.csv id! service_id!>service unit_id!>unit available!:number
  maximum:number description updated!:datetime
taxonomy taxonomies.csv id! name! description! uri:uri version
taxonomy_term taxonomy_terms.csv id! code name! description! parent_id~taxonomy_term taxonomy
  language taxonomy_id>taxonomy term_uri:uri
attribute attributes.csv id! link_id! taxonomy_term_id!>taxonomy_term link_type link_entity!
  value label
metadata metadata.csv id! resource_id! resource_type! last_action_date!:date last_action_type!
  field_name! previous_value! replacement_value! updated_by!
meta_table_description meta_table_descriptions.csv id! name language character_set
"""
_COLUMN = re.compile(
    r"(?P<name>\w+)(?P<required>!?)(?::(?P<type>\w+))?(?:(?P<mark>[>~])(?P<reference>\w+))?"
    r"(?:=(?P<allowed>[\w|]+))?"
)


def _column(text: str) -> Column:
    found = _COLUMN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    allowed = (found["allowed"] or "").replace("_", " ")
    return Column(
        name=found["name"],
        required=bool(found["required"]),
        type=found["type"] or ("choice" if allowed else "text"),
        reference=found["reference"] or "",
        hard=found["mark"] == ">",
        allowed=tuple(allowed.split("|")) if allowed else (),
    )


def _tables() -> dict[str, Specified]:
    tables = {}
    for line in _TABLES.replace("\n  ", " ").strip().splitlines():
        kind, file, *columns = line.split()
        tables[kind] = Specified(kind, file, {c.name: c for c in map(_column, columns)})
    return tables


# In an order in which each table stands behind those that its keys point to.
TABLES = _tables()

# Columns that say what a row is about, with the column that names the table.
LOOSE_LINKS = {
    "attribute": ("link_id", "link_entity"),
    "metadata": ("resource_id", "resource_type"),
}

# A table of version 1 whose rows became a column of services.
ELIGIBILITY = "eligibility"

# Further names of files (without ending), in older versions and other dialects.
FILES: dict[str, tuple[str, dict[str, str]]] = {
    **{kind: (kind, {}) for kind in TABLES},
    **{f"{kind}s": (kind, {}) for kind in TABLES},
    **{table.file.removesuffix(".csv"): (kind, {}) for kind, table in TABLES.items()},
    "accessibility_for_disabilities": ("accessibility", {}),
    "services_at_location": ("service_at_location", {}),
    "services_at_locations": ("service_at_location", {}),
    "physical_address": ("address", {"address_type": "physical"}),
    "physical_addresses": ("address", {"address_type": "physical"}),
    "postal_address": ("address", {"address_type": "postal"}),
    "postal_addresses": ("address", {"address_type": "postal"}),
    "mail_addresses": ("address", {"address_type": "postal"}),
    "regular_schedule": ("schedule", {}),
    "regular_schedules": ("schedule", {}),
    "holiday_schedule": ("schedule", {}),
    "holiday_schedules": ("schedule", {}),
    "service_taxonomy": ("attribute", {"link_entity": "service"}),
    "services_taxonomy": ("attribute", {"link_entity": "service"}),
    "service_taxonomies": ("attribute", {"link_entity": "service"}),
    "service_attribute": ("attribute", {"link_entity": "service"}),
    "service_attributes": ("attribute", {"link_entity": "service"}),
    "other_attribute": ("attribute", {}),
    "other_attributes": ("attribute", {}),
    "payment_accepted": ("cost_option", {}),
    "payments_accepted": ("cost_option", {}),
    ELIGIBILITY: (ELIGIBILITY, {}),
}

# Columns by which a file of an older version is known as a table at all.
OLD_COLUMNS = frozenset({"taxonomy_id", "weekday", "language", "eligibility", "payment"})

# Where JSON objects hold others: the property, and the kind of what is in it.
NESTED = {
    **{f"{kind}s": kind for kind in TABLES},
    **{kind: kind for kind in TABLES},
    "addresses": "address",
    "capacities": "service_capacity",
    "taxonomies": "taxonomy",
    "additional_websites": "url",
    "additional_urls": "url",
    "taxonomy_detail": "taxonomy",
}
