"""What the processes around core tell the log while it is away."""

import logging
from pathlib import Path
from threading import Event

import pytest

from pos.config import TerminalConfig, load_config
from pos.devices.process import serve_devices
from pos.errors import LinkError
from pos.link.client import CoreFaultError
from pos.link.outage import CoreOutage
from pos.syncer import run_sync

CONFIG = """
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
GONE = LinkError("the link broke")
FAULT = CoreFaultError("PosError", "nothing can be sold")


class ImpatientEvent(Event):
    """Every pause is over at once; after so many of them the process is told to stop."""

    def __init__(self, pauses: int) -> None:
        super().__init__()
        self.pauses = pauses

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return super().wait()
        self.pauses -= 1
        if self.pauses <= 0:
            self.set()
        return self.is_set()


@pytest.fixture
def config(tmp_path: Path) -> TerminalConfig:
    (tmp_path / "terminal.toml").write_text(CONFIG, "utf-8")
    return load_config(tmp_path / "terminal.toml")


@pytest.fixture
def outage(caplog: pytest.LogCaptureFixture) -> CoreOutage:
    caplog.set_level(logging.INFO)
    return CoreOutage(logging.getLogger("test"))


def test_an_outage_is_said_once_and_its_end_once(outage: CoreOutage, caplog: pytest.LogCaptureFixture) -> None:
    outage.answered("sync")
    for _ in range(2):
        for _ in range(100):
            outage.failed("sync", GONE)
        outage.answered("sync")

    assert caplog.messages == ["core is away: sync: the link broke", "core is back"] * 2


def test_several_links_of_a_process_have_one_outage(outage: CoreOutage, caplog: pytest.LogCaptureFixture) -> None:
    for link in ("paper", "drawer", "eyes", "paper"):
        outage.failed(link, GONE)
    for link in ("drawer", "paper"):
        outage.answered(link)
    assert caplog.messages == ["core is away: paper: the link broke"]

    outage.answered("eyes")

    assert caplog.messages[1:] == ["core is back"]


def test_a_fault_is_no_outage_and_is_said_once(outage: CoreOutage, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(100):
        outage.answered("paper")
        outage.failed("paper", FAULT)
    assert caplog.messages == ["paper: core answered with a fault: PosError: nothing can be sold"]

    outage.failed("paper", CoreFaultError("PosError", "another"))

    assert caplog.messages[1:] == ["paper: core answered with a fault: PosError: another"]


def test_the_sync_process_says_once_that_core_is_away(config: TerminalConfig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    run_sync(config, ImpatientEvent(pauses=20))

    assert [message[:12] for message in caplog.messages] == ["core is away"]


def test_the_devices_process_says_once_that_core_is_away(
    config: TerminalConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    serve_devices(config, ImpatientEvent(pauses=20))

    assert [message[:12] for message in caplog.messages if "core" in message] == ["core is away"]
