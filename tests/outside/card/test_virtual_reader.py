"""A card in vsmartcard's virtual reader, the real pcscd, pyscard, and the real core and devices processes."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.card.apdu import select
from drivers.card.reader import CardReader, open_card_reader
from drivers.errors import DeviceIoError, DeviceMissingError
from pos.config import load_config
from pos.link.address import socket_path
from pos.link.calls import EnterAmount, OpenRequest, RequestAnswer, Role
from pos.link.client import BlockingLink
from pos.link.state import Outcome
from pos.sandbox.town import Town
from pos.sandbox.virtual_card import VPCD_PORT, VirtualCard
from pos.voucher.card import APPLICATION, VERSION
from tests.support.cards import a_card
from tests.support.core_builders import make_town, move_in, short_folder
from tests.support.process_tools import DEADLINE_S, Child, wait_for_tcp, wait_for_unix_socket
from tests.system.test_processes import wait_until

READER = "pcsc:Virtual PCD"


@pytest.fixture(scope="module", autouse=True)
def service() -> Iterator[Child]:
    """pcscd, which only the superuser may start."""
    command = ["pcscd", "--foreground", "--error"]
    with Child(command if os.geteuid() == 0 else ["sudo", "-n", *command]) as pcscd:
        wait_for_tcp(VPCD_PORT, child=pcscd)
        yield pcscd
        # pyscard's connections complain when they outlive the service.
        gc.collect()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with short_folder() as folder:
        yield move_in(make_town(tmp_path / "town").directory, folder / "town")


@pytest.fixture
def reader() -> CardReader:
    reader = open_card_reader(READER)
    assert reader is not None
    return reader


def laid_on(reader: CardReader) -> bool:
    """Whether the card answers; one that is just being laid on or taken away does not yet."""
    try:
        opened = reader.card()
        if opened is None:
            return False
        with opened as channel:
            return select(channel, APPLICATION).data == VERSION
    except DeviceIoError:
        return False


def wait_for_card(reader: CardReader, *, is_there: bool) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while laid_on(reader) != is_there:
        assert time.monotonic() < end_s, f"pcscd never said that a card is there: {is_there}"
        time.sleep(0.1)


def test_a_card_comes_goes_and_comes_again(town: Town, reader: CardReader, tmp_path: Path) -> None:
    card = a_card(town, tmp_path)
    assert not laid_on(reader)
    for _ in range(2):
        virtual = VirtualCard(card)
        wait_for_card(reader, is_there=True)
        virtual.take_away()
        wait_for_card(reader, is_there=False)


def test_a_card_that_is_taken_away_in_the_middle_is_a_fault_and_not_a_hang(
    town: Town, reader: CardReader, tmp_path: Path
) -> None:
    virtual = VirtualCard(a_card(town, tmp_path))
    wait_for_card(reader, is_there=True)
    opened = reader.card()
    assert opened is not None
    with opened as channel:
        virtual.take_away()
        with pytest.raises(DeviceIoError):
            select(channel, APPLICATION)


def test_a_reader_that_is_not_there_is_named_with_those_that_are() -> None:
    missing = open_card_reader("pcsc:Some other reader")
    assert missing is not None
    with pytest.raises(DeviceMissingError, match="Virtual PCD"):
        missing.card()


def test_a_sale_is_paid_with_a_card(town: Town, tmp_path: Path) -> None:
    text = town.terminal_toml.read_text("utf-8")
    town.terminal_toml.write_text(f'{text}\n[card]\nurl = "{READER}"\n', "utf-8")
    sockets = load_config(town.terminal_toml).terminal.socket_dir
    run = ["--config", str(town.terminal_toml)]
    with Child([sys.executable, "-m", "pos", "process", "core", *run]) as core:
        wait_for_unix_socket(socket_path(sockets, Role.CONTROL), child=core)
        with (
            Child([sys.executable, "-m", "pos", "process", "devices", *run]),
            closing(BlockingLink(sockets, Role.SCREEN)) as screen,
        ):
            screen.call(EnterAmount(amount_won=60_000))
            assert isinstance(screen.call(OpenRequest()), RequestAnswer)
            virtual = VirtualCard(a_card(town, tmp_path))
            paid = wait_until(screen, lambda state: state.verdict is not None)
            virtual.take_away()
    assert paid.verdict is not None
    assert (paid.verdict.outcome, paid.verdict.amount_won) == (Outcome.APPROVED, 60_000)
    assert town.wallet.purses()[0].spent_won == 60_000
