"""A technician gets every problem of the file at once, each with file, key and what is expected."""

from pathlib import Path

import pytest

from pos.config import load_config
from pos.errors import ConfigError
from pos.sibling_addresses import peers_of

GOOD = """
[terminal]
id = "t-bakery-1"
merchant = "m-bakery"
ledger = "sandbox"
state_dir = "state"
socket_dir = "run"
trust_dir = "trust"
[ledger]
url = "http://127.0.0.1:8400"
"""


def problems(path: Path, text: str) -> tuple[str, ...]:
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return caught.value.problems


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(GOOD + '[printer]\nurl = "sim:paper"\n')

    config = load_config(file)

    assert config.terminal.state_dir == tmp_path / "state"
    assert config.printer.url == f"sim:{tmp_path}/paper"
    assert config.receipt.columns == 42


def test_a_till_keeps_to_itself_unless_it_is_told_where_the_others_are(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(GOOD)
    assert load_config(file).siblings.port == 0

    file.write_text(GOOD + '[siblings]\nport = 8413\npeers = "192.168.0.12:8413 10.0.0.3:9000"\n')
    assert peers_of(load_config(file).siblings.peers) == (("192.168.0.12", 8413), ("10.0.0.3", 9000))


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path / "terminal.toml",
        GOOD.replace('merchant = "m-bakery"\n', "").replace("state_dir", "state_dri")
        + '[receipt]\ncolumns = 40\n[scaner]\nurl = "x"\n',
    )
    text = "\n".join(found)
    assert len(found) == 5
    assert "terminal.merchant: this key is required" in text
    assert "terminal.state_dri: is not known here; did you mean 'state_dir'?" in text
    assert "terminal.state_dir: this key is required" in text
    assert "receipt.columns: expected one of 32, 42, 48; found 40" in text
    assert "[scaner]: is not known here; did you mean 'scanner'?" in text
    assert all(str(tmp_path) in line for line in found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('url = "http://127.0.0.1:8400"', 'url = "http://ledger.example"'), "plain http is for this machine only"),
        (("[ledger]", '[receipt]\ncash_receipt_code = "NTS[0-9]"\n[ledger]'), "needs exactly one group"),
        (("[ledger]", '[receipt]\ncash_receipt_code = "("\n[ledger]'), "is no regular expression"),
        (('url = "http://127.0.0.1:8400"', 'url = "ftp://x"'), "expected an address beginning with"),
        (('url = "http://127.0.0.1:8400"', 'url = "https://ledger.example"'), "needs the file of its certificate"),
        (('id = "t-bakery-1"', "id = 7"), "expected a text, found 7"),
        (('id = "t-bakery-1"', 'id = ""'), "must not be empty"),
        (('state_dir = "state"', 'state_dir = ""'), "a path is expected"),
        (("[ledger]", "[[ledger]]"), "expected a section"),
        (("[ledger]", "[siblings]\nport = 70000\n[ledger]"), "siblings.port: expected 0 to 65535"),
        (
            ("[ledger]", '[siblings]\naddress = "8.8.8.8"\n[ledger]'),
            "'8.8.8.8' is no IPv4 address of a private network",
        ),
        (("[ledger]", '[siblings]\naddress = "0.0.0.0"\n[ledger]'), "'0.0.0.0' is no IPv4 address"),
        (("[ledger]", '[siblings]\npeers = "192.168.0.12"\n[ledger]'), "expected ADDRESS:PORT"),
        (("[ledger]", '[siblings]\npeers = "till-2.example:1"\n[ledger]'), "is no IPv4 address of a private network"),
    ],
)
def test_each_mistake_is_explained(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    assert any(expected in line for line in problems(tmp_path / "t.toml", GOOD.replace(*change)))


@pytest.mark.parametrize("text", ["[terminal", "\udcff".encode("utf-8", "surrogateescape").decode("latin-1") * 3])
def test_what_is_not_toml_is_said_so(tmp_path: Path, text: str) -> None:
    assert "is not valid TOML" in problems(tmp_path / "t.toml", text)[0]


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pos sandbox init"):
        load_config(tmp_path / "none.toml")
