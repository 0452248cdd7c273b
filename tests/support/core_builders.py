"""A shop for core's tests: the bakery's real core in this process, its clock in the test's hand, and its customers.

Everything is real but the machine's clocks: the town's keys and trust data, the journal on disk, the calls that the
sockets would carry. `Shop.restart` is a power cut: nothing is closed in order, the core is built anew from the disk.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from pos.clock import Anchor
from pos.config import TerminalConfig, load_config
from pos.core.core import Core
from pos.link.calls import (
    AnswerQuestion,
    AnyCall,
    Call,
    Done,
    EnterAmount,
    OpenRequest,
    Pay,
    PayAnswer,
    PayOther,
    Refused,
    RequestAnswer,
    Role,
    ScanSeen,
)
from pos.link.state import TillState, VerdictView
from pos.sandbox.cheats import Hand, payment_text
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import HOME_MERCHANT, Town, init, open_town
from pos.sandbox.wallet.requests import check_request
from pos.terminal import build_core
from pos.voucher.bodies import EntryBody, UnknownBody, parse_body
from pos.voucher.entry import Entry, verify_entry
from pos.voucher.keys import SigningKey

R = TypeVar("R")
HOUR_S = 3_600
DAY_S = 86_400
BOOT = b"this boot".ljust(16, b".")


@dataclass(slots=True)
class HandClock:
    """The machine's clocks, moved by hand; synchronised unless the test says otherwise."""

    wall: int
    boot: int = 1_000_000
    """Milliseconds since the machine started."""
    boot_name: bytes = BOOT
    is_disciplined: bool = True

    def wall_s(self) -> int:
        return self.wall

    def boot_ms(self) -> int:
        return self.boot

    def boot_id(self) -> bytes:
        return self.boot_name

    def is_synchronised(self) -> bool:
        return self.is_disciplined

    def pass_s(self, seconds: int) -> None:
        """Let time go by, as all clocks see it."""
        self.wall += seconds
        self.boot += seconds * 1000

    def start_again(self) -> None:
        """Another boot of the machine."""
        self.boot_name = (self.boot_name[:15] + bytes([self.boot_name[15] + 1]))[:16]
        self.boot = 1_000


@dataclass(slots=True)
class Shop:
    """The bakery: its core, its clock, and whoever comes in."""

    town: Town
    config: TerminalConfig
    clock: HandClock
    core: Core
    mint: Mint

    # The processes' calls

    def screen(self, call: Call[R]) -> R:
        return cast("R", self.core.handle(Role.SCREEN, cast("AnyCall", call)))

    def devices(self, call: Call[R]) -> R:
        return cast("R", self.core.handle(Role.DEVICES, cast("AnyCall", call)))

    def sync(self, call: Call[R]) -> R:
        return cast("R", self.core.handle(Role.SYNC, cast("AnyCall", call)))

    def control(self, call: Call[R]) -> R:
        return cast("R", self.core.handle(Role.CONTROL, cast("AnyCall", call)))

    # What a cashier does and sees

    @property
    def till(self) -> TillState:
        return self.core.till()

    @property
    def verdict(self) -> VerdictView:
        verdict = self.till.verdict
        assert verdict is not None, "there is no verdict on the screen"
        return verdict

    def type_amount(self, amount_won: int) -> None:
        assert self.screen(EnterAmount(amount_won=amount_won)) == Done()

    def sell_for_cash(self, amount_won: int) -> None:
        self.type_amount(amount_won)
        assert self.screen(PayOther(kind="cash", amount_won=amount_won)) == Done()

    def sell_for_voucher(self, amount_won: int) -> None:
        self.type_amount(amount_won)
        self.see(self.code(amount_won))

    def see(self, text: str, *, length: int | None = None) -> TillState:
        """The camera reads a code."""
        self.devices(ScanSeen(text=text, length=len(text) if length is None else length))
        return self.till

    def choose(self, choice: int) -> Done | Refused:
        """Press a number below the question that is asked."""
        question = self.till.question
        assert question is not None, "nothing is asked"
        return self.screen(AnswerQuestion(serial=question.serial, choice=choice))

    def pay(self, text: str, amount_won: int) -> PayAnswer:
        """One whole sale from the command line."""
        answer = self.control(Pay(text=text, amount_won=amount_won))
        assert isinstance(answer, PayAnswer), answer
        return answer

    def ask_phone(self) -> RequestAnswer:
        """Open a payment request for what is due in the open sale."""
        answer = self.screen(OpenRequest())
        assert isinstance(answer, RequestAnswer), answer
        return answer

    # Customers

    def hand(self, **promise: object) -> Hand:
        """A new voucher in a hand that signs anything; keywords spoil the voucher (`Promise`)."""
        return self.mint.hand(Promise(**promise), now_s=self.clock.wall)  # type: ignore[arg-type]

    def code(self, amount_won: int, hand: Hand | None = None, **claims: object) -> str:
        """The text of a payment: of a new voucher and made now, unless the keywords say otherwise."""
        signed = (hand or self.hand()).sign(
            **{"amount_won": amount_won, "issued_s": self.clock.wall, **claims}  # type: ignore[arg-type]
        )
        return payment_text(signed)

    def answer_to(self, request: RequestAnswer, *, amount_won: int | None = None, hand: Hand | None = None) -> str:
        """What a phone shows that has scanned the request, and believes it."""
        asked = check_request(request.text, pinned=self.town.pinned, now_s=self.clock.wall)
        return self.code(
            asked.amount_won if amount_won is None else amount_won,
            hand or self.hand(value_won=2_000_000),
            merchant=asked.merchant,
            nonce=asked.nonce,
        )

    # What is on the disk

    @property
    def entries(self) -> list[Entry]:
        """The journal, every signature checked."""
        key = SigningKey.from_seed((self.state_dir / "terminal.key").read_bytes())
        return [verify_entry(entry.raw, key.public_key) for entry in self._stored()]

    @property
    def bodies(self) -> list[EntryBody | UnknownBody]:
        return [parse_body(entry.kind, entry.body) for entry in self.entries]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the entries behind the first, which opens the journal."""
        return [entry.kind for entry in self.entries][1:]

    @property
    def state_dir(self) -> Path:
        return self.config.terminal.state_dir

    def restart(self) -> None:
        """Cut the power and start again; the machine's clocks go on."""
        self.core.close()
        self.core = build_core(self.config, self.clock)

    def close(self) -> None:
        self.core.close()

    def _stored(self) -> list[Entry]:
        found: list[Entry] = []
        while (entry := self.core.journal.entry(len(found) + 1)) is not None:
            found.append(entry)
        return found


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder with a short name: the path of a Unix socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="chak-") as folder:
        yield Path(folder)


def make_town(folder: Path, *, policy: str = "open", merchant: str = HOME_MERCHANT) -> Town:
    """A town that is the same in every run but for its times, with a terminal in one of its shops."""
    return init(folder, seed="core", policy=policy, merchant=merchant)


def move_in(template: Path, home: Path) -> Town:
    """A copy of a town; what it keeps of the journal is its own."""
    shutil.copytree(template, home)
    return open_town(home)


def with_settings(town: Town, **changed: str) -> TerminalConfig:
    """The terminal's configuration, some lines of it replaced: `printing='"never"'`."""
    path = town.terminal_toml
    lines = [
        f"{name} = {changed[name]}" if (name := line.partition(" = ")[0]) in changed else line
        for line in path.read_text("utf-8").splitlines()
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return load_config(path)


def open_shop(town: Town, **settings: str) -> Shop:
    """Open the bakery an hour after the town was made, on a machine whose clock is synchronised."""
    config = with_settings(town, **settings)
    clock = HandClock(wall=town.made_s + HOUR_S)
    mint = Mint(town, Entropy.of_seed("customers"))
    return Shop(town=town, config=config, clock=clock, core=build_core(config, clock), mint=mint)


def anchor_now(clock: HandClock, *, ago_s: int = 0) -> Anchor:
    """A signed time of this boot, `ago_s` old."""
    return Anchor(time_s=clock.wall - ago_s, error_s=1, boot_id=clock.boot_name, boot_ms=clock.boot - ago_s * 1000)
