"""The day in its order: when, what, and the scene. Everything else about it is in the scenes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pos.demo.showing import DemoError
from pos.demo.story import evening, export, morning, offline
from pos.demo.story.stage import Stage


@dataclass(frozen=True, slots=True)
class Scene:
    """One of the day's scenes; `play` says what it saw, and raises where it saw something else."""

    hour: str
    what: str
    play: Callable[[Stage], str]


DAY: Final = (
    Scene("08:50", "nobody closed yesterday", morning.forgotten_closing),
    Scene("08:55", "the goods come in", morning.goods),
    Scene("09:00", "the clerk takes over", morning.change_of_clerk),
    Scene("09:10", "a customer pays by phone", morning.by_phone),
    Scene("09:15", "allowances: one is good here, one is not", morning.allowances),
    Scene("09:20", "a walker pays with points", morning.walking_points),
    Scene("09:25", "bread by key, jam by barcode", morning.by_items),
    Scene("09:30", "a sale waits for its customer", morning.put_aside),
    Scene("09:35", "a phone pays the till's request online", morning.paid_online),
    Scene("09:40", "an order and a payment from elsewhere", morning.from_elsewhere),
    Scene("09:45", "somebody new practises", morning.practice),
    Scene("09:50", "the city lowers what may be taken offline", morning.tighter_limits),
    Scene("10:00", "the network goes away", offline.cable_out),
    Scene("10:10", "somebody spends a voucher at both tills", offline.double_spender),
    Scene("10:20", "sales go on", offline.by_phone),
    Scene("10:40", "a code of this morning comes again", offline.used_code),
    Scene("11:00", "voucher and cash", offline.voucher_and_cash),
    Scene("11:20", "a phone answers the till's request", offline.by_request),
    Scene("11:30", "another pays online and shows the ledger's word", offline.paid_online),
    Scene("11:40", "three paper notes, with change", offline.notes),
    Scene("11:45", "a torn one", offline.torn_note),
    Scene("12:00", "the paper runs out", offline.paper_out),
    Scene("12:30", "the printer's cover stands open", offline.cover_open),
    Scene("13:00", "the power fails in the middle of a sale", offline.cut_in_mid_sale),
    Scene("13:10", "and again, right behind an approval", offline.cut_after_approval),
    Scene("13:30", "the last sale goes back", offline.cancel_last),
    Scene("13:40", "a receipt of the other till", offline.other_tills_receipt),
    Scene("14:00", "a part of an earlier sale goes back", offline.part_back),
    Scene("14:20", "the offline limit comes near", offline.limits_in_view),
    Scene("14:30", "a cash receipt is wanted", evening.cash_receipt),
    Scene("14:40", "a receipt without paper, a copy, the drawer", evening.electronic_receipt),
    Scene("15:00", "the network is back", evening.cable_in),
    Scene("15:10", "what was spent twice", evening.spent_twice),
    Scene("15:20", "the owner looks", evening.owners_page),
    Scene("15:30", "a settled sale goes back whole", evening.whole_back),
    Scene("15:45", "an old copy of the journal is put back", evening.put_back),
    Scene("16:00", "the notes go to the bank", evening.bank),
    Scene("17:00", "an interim report, and money for the safe", evening.interim),
    Scene("20:00", "the shop closes", evening.closing),
    Scene("20:10", "a page for the tax return", evening.period),
    Scene("20:20", "an export for the inspector", export.inspection),
)


def tell(stage: Stage) -> Iterator[str]:
    """Play the whole day; a line for each scene. Raises DemoError with the scene that went wrong."""
    for scene in DAY:
        try:
            saw = scene.play(stage)
        except (AssertionError, DemoError) as error:
            raise DemoError(f"{scene.hour}, {scene.what}: {error}") from error
        line = "online " if stage.running.cable.is_plugged else "offline"
        yield f"{scene.hour}  {line}  {scene.what}: {saw}"
