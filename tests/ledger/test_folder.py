"""A ledger's folder: all problems at once, secrets kept, plain HTTP at home only."""

from pathlib import Path

import pytest

from pos.errors import ConfigError
from pos.ledger.folder import check_reachable, open_folder
from tests.support.ledger_builders import LEDGER, a_folder, ledger_keys


def test_a_written_folder_opens_with_the_same_keys(tmp_path: Path) -> None:
    written = a_folder(tmp_path / "town")

    opened = open_folder(tmp_path / "town")

    assert opened.ledger == written.ledger == LEDGER
    assert opened.keys.ack.public_key == ledger_keys().ack.public_key
    assert opened.database_url == f"sqlite:///{tmp_path}/town/ledger.db"
    assert (tmp_path / "town" / "keys" / "ack.key").stat().st_mode & 0o777 == 0o600


def test_a_folder_is_never_overwritten(tmp_path: Path) -> None:
    a_folder(tmp_path / "town")

    with pytest.raises(FileExistsError):
        a_folder(tmp_path / "town")


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    a_folder(tmp_path)
    (tmp_path / "keys" / "ack.key").chmod(0o644)
    (tmp_path / "keys" / "time.key").write_bytes(b"short")
    (tmp_path / "keys" / "log.key").unlink()
    (tmp_path / "ledger.toml").write_text(
        '[ledger]\nid = ""\n[http]\nprot = 1\nport = true\ntls_key = "none.pem"\n[databases]\nurl = ""\n', "utf-8"
    )

    with pytest.raises(ConfigError) as caught:
        open_folder(tmp_path)

    said = "\n".join(caught.value.problems)
    for part in ("ledger.id", "did you mean 'port'", "http.port", "none.pem", "did you mean 'database'"):
        assert part in said
    for part in (
        "ack.key: others may read",
        "time.key: expected 32 bytes",
        "log.key: cannot be read",
        "tls_certificate",
    ):
        assert part in said


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pos sandbox init"):
        open_folder(tmp_path / "nowhere")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "ledger.example", "::"])
def test_plain_http_is_refused_where_others_can_read_it(host: str) -> None:
    with pytest.raises(ConfigError):
        check_reachable(host=host, is_tls=False)

    check_reachable(host=host, is_tls=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_plain_http_is_fine_on_this_machine(host: str) -> None:
    check_reachable(host=host, is_tls=False)
