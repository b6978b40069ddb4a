"""How tests visit the status page."""

from casework.core.db import database
from casework.staff import hash_secret
from tests.world import HELP_ANSWERS

PIN = "K7QM-2P4X-9TRB"
PIN_HASH = hash_secret(PIN)
STATUS = "/en/status"
HELPED = HELP_ANSWERS | {"filled_by": "other", "helper_name": "Hella", "helper_consent": "OK"}


def sign_in(client, reference, pin=PIN, path=STATUS, **kwargs):
    return client.submit(path, {"reference": str(reference), "pin": pin}, **kwargs)


def page(client, path=STATUS):
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def press(client, action, path=STATUS, **data):
    return client.submit(path, {"action": action, **data})


def rows():
    """How many rows each table has, and what is in them."""
    return {
        table: sorted(map(str, database.execute_sql(f'SELECT * FROM "{table}"').fetchall()))
        for table in database.get_tables()
    }
