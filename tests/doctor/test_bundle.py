"""The file for support: what a technician asks for is in it, and nothing that pays, opens or names somebody."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from pos.config import load_config
from pos.doctor.bundle import write_bundle
from pos.doctor.redaction import bare_address, redacted
from pos.link.calls import Call
from tests.support.core_builders import Shop, make_town, move_in, open_shop

R = TypeVar("R")
PHONE, CARD, PIN = "010-2345-6789", "9410123412341234", "824193"
TOKEN, KEY = "hA9sK2mQ7xLp0vZt4RbW8nYc", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PAYMENT = "CKP1:6BFOXN%TSMAHN-HBTS+AS:7EQ"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_town(tmp_path_factory.mktemp("template") / "town").directory


class AskedCore:
    """A core in this process, asked as the command line asks it."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def call(self, call: Call[R]) -> R:
        return self._shop.control(call)


def texts(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def strings_of(shop: Shop) -> Sequence[bytes]:
    """Every secret of the town's terminal, and every byte string that one of its entries holds."""
    state = shop.config.terminal.state_dir
    return [(state / "terminal.key").read_bytes(), *(entry.raw for entry in shop.entries)]


def test_it_says_how_far_the_journal_is_and_holds_none_of_it(template: Path, tmp_path: Path) -> None:
    shop = open_shop(move_in(template, tmp_path / "town"))
    shop.pay(shop.code(12_000), 12_000)
    stick = tmp_path / "stick"
    stick.mkdir()
    finding = msgspec.json.encode({"code": 501, "detail": f"{PAYMENT} {PHONE} https://a:{TOKEN}@h.example/x?key={KEY}"})

    file = write_bundle(
        shop.config, stick, core=AskedCore(shop), number="10250017", findings=[finding], now_s=1_790_000_000
    )

    said = texts(file)
    journal = msgspec.json.decode(said["journal.json"])
    secrets = strings_of(shop)
    shop.close()
    assert journal["kinds"]["payment.approved"] == 1
    assert journal["head"] == sum(journal["kinds"].values())
    assert {"findings.jsonl", "versions.txt", "units.txt", "log.txt", "settings.toml", "number.txt"} <= set(said)
    everything = "\n".join(said.values())
    for planted in (PHONE, PHONE.replace("-", ""), CARD, PIN, TOKEN, KEY, PAYMENT):
        assert planted not in everything
    for secret in secrets:
        assert secret not in file.read_bytes()
        assert secret.hex() not in everything
    assert [path.name for path in stick.iterdir()] == [file.name], "nothing half written is left"
    assert file.stat().st_mode & 0o077 == 0


def test_settings_lose_what_an_address_carries(template: Path, tmp_path: Path) -> None:
    town = move_in(template, tmp_path / "town")
    path = town.directory / "terminal.toml"
    authority = town.directory / "authority.pem"
    authority.write_text("")
    settings = f'url = "https://owner:{TOKEN}@ledger.example/"\nca_file = "{authority}"'
    path.write_text(re.sub(r'url = "http://[^"]*"', settings, path.read_text()))

    file = write_bundle(load_config(path), tmp_path, core=None, number="10250017", findings=[], now_s=0)

    settings = texts(file)["settings.toml"]
    assert "[ledger]" in settings
    assert "owner" not in settings
    assert TOKEN not in settings


@pytest.mark.parametrize(
    "secret", [PHONE, "01023456789", "010 2345 6789", "+82-10-2345-6789", CARD, "9410-1234-1234-1234", PIN, TOKEN, KEY]
)
@pytest.mark.parametrize("around", ["{}", "said {} here", "number={}", '"{}"', "a:{},b", "2026-11-22T09:00:01 {}"])
def test_whatever_could_be_somebodys_is_taken_away(secret: str, around: str) -> None:
    assert secret not in redacted(around.format(secret))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T22:31:47+0900 till pos-core[812]: core is away: delivery: no such socket",
        "pos-devices.service: Main process exited, code=killed, status=9/KILL",
        "/usr/lib/pos/lib/python3.13/site-packages/pos/core/process.py, line 96",
        "NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused",
    ],
)
def test_what_a_technician_reads_stays(text: str) -> None:
    assert redacted(text) == text


def test_an_address_without_a_host_is_no_reason_to_fail() -> None:
    assert bare_address("none") == "none"
    assert bare_address("usb:/dev/pos/printer") == "usb:/dev/pos/printer"
    assert bare_address("https://user:secret@h.example:8443/a?b=c#d") == "https://h.example:8443/a"
