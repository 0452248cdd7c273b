"""What every scene looks like. `pytest --snapshot-update` keeps a new look; look at its picture first
(`python -m tests.support.screens FOLDER SCENE`).
"""

from collections.abc import Callable

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.support.screens import SCENES, SIZES, Counter, ManualSeconds, Timers, a_screen
from tests.support.till_simulator import TillSimulator

SnapCompare = Callable[..., bool]
ENGLISH = (
    "idle",
    "reading",
    "unread",
    "approved",
    "declined",
    "question_part",
    "question_paper",
    "stopped",
    "menu",
    "history",
    "devices",
    "support",
    "devices_trial",
    "tender_kinds",
    "change_given",
    "notes",
    "items_due",
    "after_cut",
    "over_offline",
    "receipt_consent",
    "period_typed",
    "why_slip",
    "owner_other_tills",
    "install_look",
    "install_code",
    "install_file",
    "stick_refused",
    "install_enrolling",
    "install_compare",
    "install_read",
    "install_payment",
    "install_done",
    "install_wifi",
    "devices_wifi_wrong",
    "relief",
    "install_other_stick",
    "catalogue_found",
    "catalogue_faults",
    "catalogue_taken",
    "catalogue_none",
)
KIOSK = (
    *("idle", "amount_largest", "approved", "declined", "question_part", "keypad", "request", "receipt", "relief"),
    *("catalogue_found", "catalogue_faults", "catalogue_taken", "catalogue_none"),
)
LOOKS = (
    *((scene, "ko", "small") for scene in SCENES),
    *((scene, "en", "small") for scene in ENGLISH),
    *((scene, "ko", "kiosk") for scene in KIOSK),
    ("approved", "en", "kiosk"),
)


@pytest.mark.parametrize(("scene", "language", "size"), LOOKS)
def test_the_look_of(scene: str, language: str, size: str, snap_compare: SnapCompare) -> None:
    core, clock = TillSimulator(), ManualSeconds()
    timers = Timers(clock)
    app: App[None] = a_screen(core.connect, clock, timers=timers, language=language)

    async def play(pilot: Pilot[None]) -> None:
        counter = Counter(core=core, app=app, clock=clock, timers=timers, pilot=pilot)  # type: ignore[arg-type]
        await counter.settle()
        await SCENES[scene](counter)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
