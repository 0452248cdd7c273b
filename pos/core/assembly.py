"""Puts core together over what the composition root has opened: which part gets which other, and nothing else.

Each function below makes one group of parts out of those made before it; a new part is made where its group is, and
handed to whoever asks it.
"""

from dataclasses import dataclass
from functools import partial

from pos.core.alarms import Alarms
from pos.core.archives import Archives
from pos.core.backups import Backups, backups_of
from pos.core.bundling import Bundling
from pos.core.cash_receipts import CashReceipts
from pos.core.checkout import Checkout
from pos.core.choices import Choices
from pos.core.core import Core
from pos.core.counter import Counter
from pos.core.counterparts import Counterparts
from pos.core.cut_sale import CutSale
from pos.core.day import Day
from pos.core.day_desk import DayDesk
from pos.core.delivery import Delivery
from pos.core.disk import Disk
from pos.core.emergency_desk import EmergencyDesk
from pos.core.equipment import Equipment
from pos.core.examining import Examining
from pos.core.former import INTERRUPTED_DAY, Former
from pos.core.grounds import Grounds
from pos.core.handing_out import HandingOut
from pos.core.history import History
from pos.core.inbox import Inbox
from pos.core.joining import Joining
from pos.core.log_watch import LogWatch
from pos.core.merchant_qr import shop_codes
from pos.core.network import Network
from pos.core.other_codes import OtherCodes
from pos.core.other_desks import ControlDesk, DevicesDesk, SyncDesk
from pos.core.owner import Owner
from pos.core.paper import Paper
from pos.core.paper_assembly import former_of, receipts_of
from pos.core.practice import Practice
from pos.core.receipt_codes import ReceiptCodes
from pos.core.receipt_settings import number_pattern
from pos.core.receipts import Receipts
from pos.core.recovery import Recovery
from pos.core.refunds import Refunds
from pos.core.remotes import Remotes
from pos.core.requests import Requests
from pos.core.sale_desk import SaleDesk
from pos.core.scan_desk import ScanDesk
from pos.core.screen_desk import ScreenDesk
from pos.core.seen import of_device, of_mirror, of_till
from pos.core.siblings import Siblings
from pos.core.sticks import Sticks
from pos.core.trust_desk import TrustDesk
from pos.core.views import Views
from pos.core.wiping import Wiping
from pos.link.examination import Finding
from pos.trust.folder import EMERGENCY_FOLDER, TrustFolder
from pos.words.catalogue import CATALOGUE_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selling:
    """What a sale needs."""

    checkout: Checkout
    requests: Requests
    receipts: Receipts
    former: Former
    paper: Paper
    other_codes: OtherCodes
    cash_receipts: CashReceipts
    refunds: Refunds
    remotes: Remotes
    counter: Counter
    wares: SaleDesk
    equipment: Equipment


@dataclass(frozen=True, slots=True, kw_only=True)
class _LedgerSide:
    """What talks with the ledger."""

    delivery: Delivery
    inbox: Inbox
    network: Network
    siblings: Siblings


def assemble(on: Grounds) -> Core:
    """The composed core; nothing has been recorded yet."""
    ledger_side = _ledger_side(on)
    selling = _selling(on, ledger_side)
    scans = ScanDesk(
        counter=selling.counter,
        wares=selling.wares,
        others=selling.other_codes,
        emergency=_emergency(on),
        people=on.people.people,
        equipment=selling.equipment,
    )
    views = Views(
        terminal=on.terminal,
        journal=on.journal,
        checkout=selling.checkout,
        counter=selling.counter,
        cut_sale=CutSale(journal=on.journal, clock=on.timekeeper, clerk=on.clerk),
        wares=selling.wares,
        paper=selling.paper,
        people=on.people.people,
        receipts=selling.receipts,
        cash_receipts=selling.cash_receipts,
        remotes=selling.remotes,
        other_codes=selling.other_codes,
        delivery=ledger_side.delivery,
        scans=scans,
        inbox=ledger_side.inbox,
        owner=Owner(journal=on.journal, trust=on.trust, clock=on.timekeeper, siblings=ledger_side.siblings),
        disk=Disk(journal_file=on.journal.path, monotonic_s=on.timekeeper.monotonic_s),
        day=Day.from_now(on.journal, selling.counter, clock=on.timekeeper, clerk=on.clerk),
        clock=on.timekeeper,
        network=ledger_side.network,
        equipment=selling.equipment,
        sticks=Sticks(clock=on.timekeeper),
    )
    return _core(on, selling, views, on.trust_desk.selling(on.trust, views, on.journal, scans.emergency))


def _emergency(on: Grounds) -> EmergencyDesk:
    ordinary = on.trust_desk.folder
    return EmergencyDesk(
        ordinary=ordinary,
        folder=TrustFolder(ordinary.folder / EMERGENCY_FOLDER),
        live=on.trust,
        journal=on.journal,
        clock=on.timekeeper,
    )


def _recovery(on: Grounds, delivery: Delivery, former: Former) -> Recovery:
    return Recovery(
        folder=on.config.mirror.path,
        former=former,
        journal=on.journal,
        trust=on.trust,
        delivery=delivery,
        alarms=delivery.alarms,
        terminal=on.terminal,
        public_key=on.key.public_key,
    )


def _ledger_side(on: Grounds) -> _LedgerSide:
    alarms = Alarms(journal=on.journal, clock=on.timekeeper)
    delivery = Delivery(
        journal=on.journal,
        trust=on.trust,
        timekeeper=on.timekeeper,
        key=on.key,
        terminal=on.terminal,
        alarms=alarms,
        log=LogWatch(journal=on.journal, trust=on.trust, clock=on.timekeeper, alarms=alarms, terminal=on.terminal),
    )
    inbox = Inbox(
        journal=on.journal,
        trust=on.trust,
        clock=on.timekeeper,
        delivery=delivery,
        alarms=alarms,
        terminal=on.terminal,
        public_key=on.key.public_key,
    )
    siblings = Siblings(
        journal=on.journal,
        trust=on.trust,
        clock=on.timekeeper,
        key=on.key,
        terminal=on.terminal,
        inbox=inbox,
        alarms=alarms,
    )
    return _LedgerSide(delivery=delivery, inbox=inbox, network=Network(on.timekeeper), siblings=siblings)


def _receipt_codes(on: Grounds, ledger_side: _LedgerSide) -> ReceiptCodes:
    note_missing = ledger_side.delivery.note_missing
    return ReceiptCodes(journal=on.journal, trust=on.trust, terminal=on.terminal, on_forgotten=note_missing)


def _selling(on: Grounds, ledger_side: _LedgerSide) -> _Selling:
    journal, trust, clock, clerk = on.journal, on.trust, on.timekeeper, on.clerk
    choices = Choices(journal=journal, clock=clock, config=on.config)
    checkout = Checkout(journal=journal, trust=trust, clock=clock, contact=clock, clerk=clerk)
    certificate = ledger_side.inbox.certificate
    requests = Requests(
        journal=journal, trust=trust, clock=clock, key=on.key, terminal=on.terminal, certificate=certificate
    )
    former = former_of(on, choices, ledger_side.delivery.alarms)
    receipts = receipts_of(on, choices, former)
    paper = Paper(journal=journal, receipts=receipts, clock=clock, printing=choices.printing, clerk=clerk)
    former.on_read = partial(paper.ask_for, INTERRUPTED_DAY)
    codes = _receipt_codes(on, ledger_side)
    other_codes = OtherCodes(codes=codes, number_pattern=number_pattern(on.config))
    cash_receipts = CashReceipts(
        journal=journal, trust=trust, receipts=receipts, paper=paper, other_codes=other_codes, clock=clock, clerk=clerk
    )
    refunds = Refunds(
        journal=journal,
        trust=trust,
        receipts=receipts,
        cash_receipts=cash_receipts,
        paper=paper,
        codes=codes,
        clock=clock,
        clerk=clerk,
    )
    counter = Counter(
        checkout=checkout,
        journal=journal,
        requests=requests,
        paper=paper,
        cash_receipts=cash_receipts,
        other_codes=other_codes,
        clock=clock,
        clerk=clerk,
        network=ledger_side.network,
    )
    at = Counterparts(counter=counter, checkout=checkout, journal=journal, paper=paper, clock=clock, clerk=clerk)
    state_dir = on.config.terminal.state_dir
    return _Selling(
        wares=SaleDesk.of(
            at,
            receipts=receipts,
            state_dir=state_dir,
            staging=on.config.terminal.staging,
            words=CATALOGUE_WORDS,
            codes={} if on.is_training else shop_codes(on.config.merchant_qr),
        ),
        checkout=checkout,
        requests=requests,
        receipts=receipts,
        former=former,
        paper=paper,
        other_codes=other_codes,
        cash_receipts=cash_receipts,
        refunds=refunds,
        remotes=Remotes(journal=journal, checkout=checkout, paper=paper, clock=clock, clerk=clerk),
        counter=counter,
        equipment=Equipment(choices=choices, counter=counter, clock=clock),
    )


def _examining(on: Grounds, views: Views, former: Former) -> Examining:
    def sees() -> tuple[Finding, ...]:
        devices = (of_device(device) for device in views.equipment.page().devices)
        seen = of_till(views.till(), queue_age_s=queue_age_s())
        return (*seen, of_mirror(on.journal.mirror_state, former.state), *devices)

    def queue_age_s() -> int:
        oldest = on.journal.entry(on.journal.outbox.acknowledged().sequence + 1)
        return 0 if oldest is None else max(on.timekeeper.read().time_s - oldest.time_s, 0)

    return Examining(
        sees=sees,
        queue_age_s=queue_age_s,
        now_s=lambda: on.timekeeper.read().time_s,
        bundling=Bundling(socket_dir=on.config.terminal.socket_dir, clock=on.timekeeper),
    )


def _history(on: Grounds, selling: _Selling) -> History:
    return History(
        journal=on.journal,
        receipts=selling.receipts,
        clock=on.timekeeper,
        clerk=on.clerk,
        former=selling.former.sales,
    )


def _sync(on: Grounds, selling: _Selling, views: Views, trust: TrustDesk) -> SyncDesk:
    return SyncDesk(
        delivery=views.delivery,
        inbox=views.inbox,
        log=views.delivery.log,
        recovery=_recovery(on, views.delivery, selling.former),
        siblings=views.owner.siblings,
        cash_receipts=selling.cash_receipts,
        confirmations=selling.wares.confirmations,
        trust=trust,
        views=views,
    )


def _day_desk(selling: _Selling, views: Views, backups: Backups) -> DayDesk:
    documents, want = selling.receipts.documents, backups.want
    return DayDesk(day=views.day, documents=documents, paper=selling.paper, owner=views.owner, want_backup=want)


def _control(
    on: Grounds, selling: _Selling, views: Views, trust: TrustDesk, history: History, day: DayDesk, backups: Backups
) -> ControlDesk:
    return ControlDesk(
        checkout=selling.checkout,
        requests=selling.requests,
        wares=selling.wares,
        refunds=selling.refunds,
        cash_receipts=selling.cash_receipts,
        paper=selling.paper,
        history=history,
        delivery=views.delivery,
        trust=trust,
        views=views,
        people=on.people,
        equipment=views.equipment,
        day=day,
        archives=Archives(journal=on.journal, clock=on.timekeeper),
        backups=backups,
    )


def _core(on: Grounds, selling: _Selling, views: Views, trust: TrustDesk) -> Core:
    history = _history(on, selling)
    backups = backups_of(on.config, on.journal, public_key=bytes(on.key.public_key), clock=on.timekeeper)
    day = _day_desk(selling, views, backups)
    return Core(
        journal=on.journal,
        counter=selling.counter,
        paper=selling.paper,
        receipts=selling.receipts,
        cash_receipts=selling.cash_receipts,
        views=views,
        people=on.people.people,
        equipment=views.equipment,
        screen=ScreenDesk(
            counter=selling.counter,
            wares=selling.wares,
            paper=selling.paper,
            history=history,
            delivery=views.delivery,
            scans=views.scans,
            views=views,
            people=on.people,
            day=day,
            refunds=selling.refunds,
            remotes=selling.remotes,
            cash_receipts=selling.cash_receipts,
            equipment=views.equipment,
            handing_out=HandingOut(receipts=selling.receipts, paper=selling.paper),
        ),
        devices=DevicesDesk(scans=views.scans, paper=selling.paper, equipment=views.equipment),
        sync=_sync(on, selling, views, trust),
        control=_control(on, selling, views, trust, history, day, backups),
        practice=Practice(make=on.practise),
        examining=_examining(on, views, selling.former),
        joining=Joining(socket_dir=on.config.terminal.socket_dir, clock=on.timekeeper),
        former=selling.former,
        trust=on.trust,
        takes_writes=on.takes_writes,
        wiping=Wiping.of(on.config, on.journal, on.timekeeper),
    )
