"""The environment is read once; a wrong value stops the start with one sentence."""

import base64
import stat
from dataclasses import FrozenInstanceError

import pytest

from casework.core.config import ConfigError, from_environment, new_field_key, parse_field_keys

KEY = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def read(tmp_path):
    def read(**environ):
        return from_environment({"INSTANCE_DIR": str(tmp_path), **environ}, tmp_path)

    return read


def test_an_empty_environment_is_enough(read, tmp_path):
    config = read()
    assert config.database_url == f"sqlite:///{tmp_path / 'lotse.sqlite3'}"
    assert config.base_url == "http://127.0.0.1:8000"
    assert config.mail_url == f"file://{tmp_path / 'mail'}"
    assert config.queue_url == "database:"
    assert config.second_factor == "required"
    assert config.trusted_proxies == 0
    assert not config.https


def test_secrets_are_made_once_and_kept(read):
    first, second = read(), read()
    assert first.secret_key == second.secret_key
    assert first.field_keys == second.field_keys
    assert [each.split(" ")[0] for each in first.announcements] == ["SECRET_KEY", "FIELD_KEYS"]
    assert second.announcements == ()


def test_kept_secrets_belong_to_their_owner_only(read, tmp_path):
    read()
    for name in ("secret_key", "field_keys"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_given_secret_is_not_written_anywhere(read, tmp_path):
    config = read(SECRET_KEY="s" * 40, FIELD_KEYS=f"k1:{KEY}")
    assert config.secret_key == "s" * 40
    assert list(tmp_path.iterdir()) == []


def test_the_configuration_cannot_be_changed(read):
    config = read()
    with pytest.raises(FrozenInstanceError):
        config.port = 1


def test_neither_configuration_nor_keys_show_secrets_when_printed(read):
    config = read(SECRET_KEY="s" * 40, FIELD_KEYS=f"k1:{KEY}")
    assert "s" * 40 not in repr(config)
    assert "\\x00" not in repr(config.field_keys)


def test_an_https_address_is_noticed_and_loses_its_last_slash(read):
    config = read(BASE_URL="https://help.example.org/")
    assert config.base_url == "https://help.example.org"
    assert config.https


def test_a_server_that_listens_everywhere_still_has_an_address(read):
    everywhere = "0.0.0.0"  # noqa: S104
    assert read(HOST=everywhere, PORT="9000").base_url == "http://127.0.0.1:9000"


def test_several_field_keys_come_newest_first():
    keys = parse_field_keys(f"{new_field_key()}, old:{KEY}")
    assert [key.id for key in keys][1:] == ["old"]
    assert len(keys[0].secret) == 32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", "no-colon"),
        ("FIELD_KEYS", "k1:not base64"),
        ("FIELD_KEYS", "k1:schlüssel"),
        ("FIELD_KEYS", f"k1:{KEY[:20]}"),
        ("FIELD_KEYS", f"a key:{KEY}"),
        ("FIELD_KEYS", f":{KEY}"),
        ("FIELD_KEYS", f"k1:{KEY},k1:{KEY}"),
        ("FIELD_KEYS", ", ,"),
        ("DATABASE_URL", "mysql://localhost/lotse"),
        ("DATABASE_URL", "lotse.sqlite3"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "postgresql://[half/lotse"),
        ("BASE_URL", "help.example.org"),
        ("BASE_URL", "ftp://help.example.org"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://[half"),
        ("BASE_URL", "https://help.example.org/?page=1"),
        ("MAIL_URL", "mail.example.org"),
        ("MAIL_URL", "smtp://[half"),
        ("QUEUE_URL", "amqp://localhost"),
        ("TRANSLATE_URL", "localhost:5000"),
        ("SECOND_FACTOR", "yes"),
        ("SECOND_FACTOR", ""),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "٨٠٠٠"),
        ("PORT", "-1"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "10"),
        ("TRUSTED_PROXIES", "²"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence_that_names_it(read, name, value):
    with pytest.raises(ConfigError) as refused:
        read(**{name: value})
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_instance_folder_that_is_a_file_is_refused(tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(ConfigError, match="INSTANCE_DIR"):
        from_environment({"INSTANCE_DIR": str(taken)}, tmp_path)
