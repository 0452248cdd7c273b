"""Everything the sale screen shows, worked out from the desk and the words. Pure: widgets only copy it.

The parts of the screen from top to bottom are the fields of `Face`. What a verdict looks like is a `Look`, the name of
a style class; what it says is in `pos.words`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from pos.link.state import (
    Outcome,
    PrinterState,
    QuestionKind,
    QuestionView,
    SaleView,
    SettledView,
    TillLock,
    TillState,
    VerdictView,
)
from pos.money import format_won
from pos.tui.desk import Desk, Stage
from pos.words import Advice, Words
from pos.words.columns import cut, wrapped
from pos.words.moments import clock_text

LIMIT_SHOWN_PERCENT: Final = 70
"""From here on the header says how much more can be approved offline."""
LIMIT_URGENT_PERCENT: Final = 90
ITEMS_SHOWN: Final = 2
FEATURES_SHOWN: Final = 4
"""Lines that have to be gone through one by one; more of them share lines."""
_BESIDE_SIGN_COLUMNS: Final = 62
"""What the smallest screen leaves beside a sign without a word."""
_PRINTER_WELL: Final = frozenset({PrinterState.READY, PrinterState.PRINTING})


class Look(StrEnum):
    """How the band in the middle looks; also the name of its style class."""

    IDLE = "idle"
    READING = "reading"
    APPROVED = "approved"
    DECLINED = "declined"
    REFERRED = "referred"
    QUIET = "quiet"
    ASKING = "asking"
    STOPPED = "stopped"
    AWAY = "away"


class Tone(StrEnum):
    """How much a word in the header wants to be seen; also the name of its style class."""

    PLAIN = "plain"
    WARM = "warm"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    shop: str
    clock: str
    network: str
    network_tone: Tone
    waiting: str
    printer: str
    printer_tone: Tone
    last_sale: str
    warning: str
    warning_tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    label: str
    figures: str
    """With commas; drawn."""
    is_faint: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    look: Look
    sign: str
    """Name of a drawn sign; empty for none."""
    word: str
    """Drawn beside the sign; empty for none."""
    title: str
    lines: tuple[str, ...]
    foot: str = ""
    """Stands on the last row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The whole sale screen."""

    stage: Stage
    header: Header
    amount: Amount
    band: Band
    due: str
    customer: str
    next_step: str


def face_of(desk: Desk, words: Words, *, wall_s: int) -> Face:
    """What to show now; `wall_s` is the terminal's time."""
    due, customer, next_step = _lines(desk, words)
    return Face(
        stage=desk.stage,
        header=_header(desk.till, words, wall_s=wall_s),
        amount=_amount(desk, words),
        band=_band(desk, words),
        due=due,
        customer=customer,
        next_step=next_step,
    )


def _header(till: TillState | None, words: Words, *, wall_s: int) -> Header:
    if till is None:
        return Header(
            shop="",
            clock="",
            network="",
            network_tone=Tone.PLAIN,
            waiting="",
            printer="",
            printer_tone=Tone.PLAIN,
            last_sale="",
            warning="",
            warning_tone=Tone.PLAIN,
        )
    time = clock_text(wall_s) if till.clock_quality else words.labels.time_unknown
    last_sale = words.no_sale_yet() if till.last_sale is None else words.last_sale(till.last_sale, now_s=wall_s)
    warning, warning_tone = _warning(till, words)
    is_printing_well = till.printer.state in _PRINTER_WELL and not till.printer.unprinted
    return Header(
        shop=f"{words.day.training_mark} {till.shop_name}" if till.is_training else till.shop_name,
        clock=f"{time} {_person(till, words)}".rstrip(),
        network=words.network(till.network, now_s=wall_s),
        network_tone=Tone.PLAIN if till.network.online else Tone.WARM,
        waiting=words.waiting(till.waiting, progress_percent=till.sync_progress_percent),
        printer=words.printer(till.printer),
        printer_tone=Tone.PLAIN if is_printing_well else Tone.WARM,
        last_sale=last_sale,
        warning=warning,
        warning_tone=warning_tone,
    )


def _person(till: TillState, words: Words) -> str:
    return words.day.locked if till.lock is TillLock.PAYMENTS else till.clerk


def _day_line(desk: Desk, words: Words) -> str:
    """What the shop's day waits for; nothing while anything is sold."""
    till = desk.till
    if till is None or till.sale is not None or desk.typed or desk.verdict is not None or desk.question is not None:
        return ""
    if not desk.asks_for_opening:
        return words.day.conflict_badge.format(count=till.conflict_count) if till.conflict_count else ""
    if till.day.is_forgotten:
        return words.day.offer_closing
    return words.day.offer_opening.format(won=words.won(till.day.proposed_float_won))


def _warning(till: TillState, words: Words) -> tuple[str, Tone]:
    """The one thing that the shop should know of; the gravest first."""
    if till.stop is not None:
        return words.labels.stop_prefix, Tone.URGENT
    if till.emergency is not None:
        return words.emergency(till.emergency), Tone.URGENT
    if till.stick is not None:
        return words.stick(till.stick), Tone.URGENT
    if till.is_training:
        return words.day.training_line, Tone.URGENT
    waiting = _waiting(till, words)
    if till.limit.used_percent >= LIMIT_SHOWN_PERCENT:
        tone = Tone.URGENT if till.limit.used_percent >= LIMIT_URGENT_PERCENT else Tone.WARM
        return "  ".join(part for part in (words.limit(till.limit), waiting) if part), tone
    if waiting:
        return waiting, Tone.WARM
    if till.notice_count:
        return words.notices(till.notice_count), Tone.WARM
    if till.contact_days_left is not None:
        return words.contact_needed(till.contact_days_left), Tone.WARM
    if till.disk_days_left is not None:
        return words.day.disk_days.format(days=till.disk_days_left), Tone.WARM
    return "", Tone.PLAIN


def _waiting(till: TillState, words: Words) -> str:
    """What waits for a person: somebody who pays from elsewhere first."""
    if till.remotes_waiting:
        return words.giving_back.remotes_waiting.format(count=till.remotes_waiting)
    return words.attention(till.attention_count) if till.attention_count else ""


def _amount(desk: Desk, words: Words) -> Amount:
    labels = words.labels
    if desk.typed or desk.sent:
        return Amount(
            label=labels.amount_typed, figures=format_won(int(desk.typed or desk.sent)), is_faint=not desk.typed
        )
    sale = desk.till.sale if desk.till is not None else None
    verdict = desk.verdict
    if verdict is not None and verdict.amount_won and (sale is None or verdict.outcome is Outcome.APPROVED):
        approved = verdict.outcome is Outcome.APPROVED
        label = labels.amount_approved if approved else labels.amount_of_code
        return Amount(label=label, figures=format_won(verdict.amount_won), is_faint=False)
    settled = desk.till.settled if desk.till is not None else None
    if sale is None and settled is not None:
        return Amount(label=words.wares.change, figures=format_won(settled.change_won), is_faint=not settled.change_won)
    if sale is None or not sale.due_won:
        return Amount(label=labels.amount_due, figures="0", is_faint=True)
    label = labels.amount_remaining if sale.paid_won else labels.amount_due
    return Amount(label=label, figures=format_won(sale.remaining_won), is_faint=False)


def _band(desk: Desk, words: Words) -> Band:
    question, verdict = desk.question, desk.verdict
    if not desk.is_linked or desk.till is None:
        labels = words.labels
        return Band(look=Look.AWAY, sign="wait", word="", title=labels.link_down_title, lines=labels.link_down_lines)
    if verdict is not None:
        return _quiet_band(verdict, words) if verdict.is_quiet else _verdict_band(verdict, words)
    if question is not None:
        return _question_band(question, desk.till, words)
    if desk.till.stop is not None:
        stopped = words.stop(desk.till.stop)
        title = f"{words.labels.stop_prefix}: {stopped.headline}"
        lines = tuple(row for text in (stopped.meaning, *stopped.to_do) for row in wrapped(text, _BESIDE_SIGN_COLUMNS))
        return Band(look=Look.STOPPED, sign="stop", word="", title=title, lines=lines)
    return _resting_band(desk, desk.till, words)


def _resting_band(desk: Desk, till: TillState, words: Words) -> Band:
    labels = words.labels
    if desk.typed:
        return Band(look=Look.IDLE, sign="", word="", title=labels.amount_title, lines=labels.amount_lines)
    if till.sale is None and till.settled is not None:
        return _settled_band(till.settled, words)
    if till.sale is None and till.is_after_cut:
        title, line = words.wares.after_cut
        last = till.last_sale
        recorded = words.wares.last_recorded
        told = "" if last is None else recorded.format(time=clock_text(last.time_s), won=words.won(last.amount_won))
        return Band(look=Look.IDLE, sign="", word="", title=title, lines=(line, told, *labels.idle_lines[:1]))
    if till.sale is None:
        seen = words.scanner(till.scanner)
        return Band(look=Look.IDLE, sign="", word="", title=labels.idle_title, lines=labels.idle_lines, foot=seen)
    if desk.stage is Stage.UNREAD:
        numbered = tuple(f"{number}  {choice}" for number, choice in enumerate(labels.unread_choices, start=1))
        seen = words.scanner(till.scanner)
        return Band(look=Look.ASKING, sign="question", word="", title=labels.unread_title, lines=numbered, foot=seen)
    if till.sale.request is None and till.sale.is_over_offline:
        title, *ways = words.wares.over_offline
        return Band(look=Look.REFERRED, sign="diamond", word="", title=title, lines=tuple(ways))
    received = tuple(f"{words.tender(tender)} {labels.received}" for tender in till.sale.tenders[-3:])
    lines = received or _item_lines(till.sale, words) or labels.reading_lines
    foot = words.scanner(till.scanner) or (labels.request_open if till.sale.request is not None else "")
    title = labels.reading_title
    if till.sale.needs_request and till.sale.request is None:
        title, line = words.wares.request_first
        lines = received or (line,)
    return Band(look=Look.READING, sign="scan", word="", title=title, lines=lines, foot=foot)


def _settled_band(settled: SettledView, words: Words) -> Band:
    """A sale that ended with money: what goes back is what the cashier looks for."""
    given, change = words.won(settled.given_won), words.won(settled.change_won)
    line = words.wares.settled_change.format(given=given, change=change) if settled.change_won else ""
    title = words.wares.settled.format(won=words.won(settled.total_won))
    return Band(look=Look.QUIET, sign="", word="", title=title, lines=(line,))


def _item_lines(sale: SaleView, words: Words) -> tuple[str, ...]:
    """What is being sold: the last lines, and how many pieces in all."""
    if not sale.items:
        return ()
    pieces = sum(item.quantity for item in sale.items)
    summed = words.wares.items_sum.format(count=pieces, won=words.won(sale.due_won))
    shown = (f"{item.name} x {item.quantity}  {words.won(item.amount_won)}" for item in sale.items[-ITEMS_SHOWN:])
    return (*(cut(line, _BESIDE_SIGN_COLUMNS) for line in shown), summed)


def _question_band(question: QuestionView, till: TillState, words: Words) -> Band:
    asked = words.question(question, till.sale)
    numbered = tuple(f"{number}  {choice}" for number, choice in enumerate(asked.choices, start=1))
    if question.kind is QuestionKind.PRINT_RECEIPT:
        numbered = ()
    more = asked.more
    if len(more) > FEATURES_SHOWN:
        more = tuple(wrapped(", ".join(more), _BESIDE_SIGN_COLUMNS))
    lines = (asked.detail, *(more or numbered))
    return Band(look=Look.ASKING, sign="question", word="", title=asked.title, lines=lines)


def _quiet_band(verdict: VerdictView, words: Words) -> Band:
    advice = words.quiet(verdict)
    return Band(look=Look.QUIET, sign="", word="", title=advice.headline, lines=(advice.detail,))


def _verdict_band(verdict: VerdictView, words: Words) -> Band:
    advice = words.verdict(verdict)
    look, sign = _look_of(verdict.outcome)
    return Band(
        look=look,
        sign=sign,
        word=words.verdict_word(verdict.outcome),
        title=advice.headline,
        lines=(advice.detail, *advice.more),
        foot=advice.again,
    )


def _look_of(outcome: Outcome) -> tuple[Look, str]:
    match outcome:
        case Outcome.APPROVED:
            return Look.APPROVED, "circle"
        case Outcome.DECLINED:
            return Look.DECLINED, "cross"
        case Outcome.REFERRED:
            return Look.REFERRED, "diamond"
        case _:
            assert_never(outcome)


def _lines(desk: Desk, words: Words) -> tuple[str, str, str]:
    """Due, what to say to the customer, and the next step."""
    if not desk.is_linked or desk.till is None:
        return "", "", ""
    sale, verdict, question = desk.till.sale, desk.verdict, desk.question
    due = words.due(sale) if sale is not None else ""
    advice = _advice(verdict, words)
    customer, next_step = (advice.customer, advice.next_step) if advice is not None else ("", "")
    if question is None:
        return due, customer, next_step or _day_line(desk, words)
    asked = words.question(question, sale)
    if verdict is None:
        return due, asked.customer, ""
    if question.kind is QuestionKind.PRINT_RECEIPT:
        return due, asked.customer, asked.detail
    numbered = "   ".join(f"{number} {choice}" for number, choice in enumerate(asked.choices, start=1))
    return due, asked.customer or customer, f"{asked.title}   {numbered}"


def _advice(verdict: VerdictView | None, words: Words) -> Advice | None:
    if verdict is None:
        return None
    return words.quiet(verdict) if verdict.is_quiet else words.verdict(verdict)
