"""The evening before: people get their PINs, one loaf is sold, and nobody closes the day.

Told by a core in this process, on a machine whose clocks are a day behind; it is closed before today's processes start.
"""

from dataclasses import dataclass
from typing import Final

from pos.clock import LinuxMachine, Machine
from pos.config import load_config
from pos.demo.showing import DemoError
from pos.demo.story.hands import Person
from pos.link.calls import AddPerson, AnyCall, Done, EnterAmount, LogIn, OpenDay, PayOther, Role
from pos.sandbox.enrolment import set_clock
from pos.sandbox.town import Town
from pos.terminal import build_core

DAY_S: Final = 86_400
FLOAT_WON: Final = 100_000
SOLD_WON: Final = 5_000
OWNER: Final = Person(number=1, name="박주인", role="owner", pin="271828")
MANAGER: Final = Person(number=2, name="이책임", role="manager", pin="141421")
CLERK: Final = Person(number=3, name="김점원", role="clerk", pin="314159")
PEOPLE: Final = (OWNER, MANAGER, CLERK)


@dataclass(frozen=True, slots=True)
class DayBefore:
    """This machine as it was a day ago."""

    machine: Machine

    def wall_s(self) -> int:
        return self.machine.wall_s() - DAY_S

    def boot_ms(self) -> int:
        return self.machine.boot_ms()

    def boot_id(self) -> bytes:
        """Another start of the machine: it is switched off over night."""
        return bytes(byte ^ 0xFF for byte in self.machine.boot_id())

    def is_synchronised(self) -> bool:
        return self.machine.is_synchronised()


def live_yesterday(town: Town) -> None:
    """Leave yesterday's entries in the journal, and a clock that is set anew; DemoError where the till would not."""
    config, today = load_config(town.terminal_toml), LinuxMachine()
    state, machine = config.terminal.state_dir, DayBefore(today)
    set_clock(state, town.ledger_dir, machine=machine, now_s=machine.wall_s())
    core = build_core(config, machine)

    def must(role: Role, call: AnyCall) -> None:
        answer = core.handle(role, call)
        if answer != Done():
            raise DemoError(f"yesterday, {type(call).__name__}: the till answered {answer}")

    try:
        for person in PEOPLE:
            must(Role.CONTROL, AddPerson(name=person.name, role=person.role, pin=person.pin))
        must(Role.SCREEN, LogIn(person=OWNER.number, pin=OWNER.pin))
        must(Role.SCREEN, OpenDay(float_won=FLOAT_WON))
        must(Role.SCREEN, EnterAmount(amount_won=SOLD_WON))
        must(Role.SCREEN, PayOther(kind="cash", amount_won=SOLD_WON))
    finally:
        core.close()
    set_clock(state, town.ledger_dir, machine=today, now_s=today.wall_s())
