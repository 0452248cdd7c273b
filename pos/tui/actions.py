"""The footer of the sale screen: at most six actions, each a key of the pad and a button for the finger."""

from dataclasses import dataclass
from typing import Final

from pos.link.state import Outcome, QuestionKind, QuestionView
from pos.tui.desk import Desk, Stage
from pos.tui.pad import PadKey
from pos.words import Labels, Words

ACTIONS_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button. `press` is what a touch does: a key, a numbered answer, or showing the keypad."""

    key_text: str
    label: str
    key: PadKey | None = None
    choice: int | None = None


def actions_of(desk: Desk, words: Words) -> tuple[Action, ...]:
    """The actions of the stage, the most wanted one on the right, under Enter."""
    labels, question = words.labels, desk.question
    match desk.stage:
        case Stage.LINK_DOWN:
            return (_erase(labels),) if desk.typed else ()
        case Stage.STOPPED:
            return (_menu(labels),)
        case Stage.QUESTION:
            assert question is not None, "the stage follows from the question"
            return _answers(desk, question, words)
        case Stage.VERDICT:
            return _after_verdict(desk, labels)
        case Stage.UNREAD:
            return (_menu(labels), *_offers(labels), Action(key_text="-", label=labels.back, key=PadKey.BACK))
        case Stage.READING:
            back = Action(key_text="-", label=_leaving(desk, labels), key=PadKey.BACK)
            request = Action(key_text=labels.key_enter, label=labels.show_request, key=PadKey.ENTER)
            again = Action(key_text=".", label=words.wares.one_more, key=PadKey.DOUBLE_ZERO)
            third = again if desk.adds_again else _keypad(labels)
            return (_menu(labels), _notes(labels), _tender(labels), third, back, request)
        case Stage.IDLE | Stage.AMOUNT:
            confirm = Action(key_text=labels.key_enter, label=labels.confirm, key=PadKey.ENTER)
            wares = _wares(words) if _offers_wares(desk) else _notes(labels)
            rest = _at_rest(desk, words) or (_erase(labels), confirm)
            tender = _cash_receipt(words) if desk.may_ask_cash_receipt else _tender(labels)
            return (_menu(labels), wares, tender, _keypad(labels), *rest)


def _at_rest(desk: Desk, words: Words) -> tuple[Action, ...]:
    """What Back and Enter do where nothing is typed, if it is anything of their own."""
    till, labels, day = desk.till, words.labels, words.day
    if till is None or desk.stage is not Stage.IDLE:
        return ()
    leave = Action(key_text="-", label=day.hand_over, key=PadKey.BACK) if till.has_pins else _erase(labels)
    relief = "\n".join(filter(None, (till.relief_name, day.hand_over)))
    relieve = Action(key_text=".", label=relief, key=PadKey.DOUBLE_ZERO)
    back = relieve if desk.may_relieve else leave
    opens = desk.asks_for_opening
    enter = Action(key_text=labels.key_enter, label=day.open_day if opens else labels.confirm, key=PadKey.ENTER)
    return (back, enter)


def _answers(desk: Desk, question: QuestionView, words: Words) -> tuple[Action, ...]:
    labels = words.labels
    if question.kind is QuestionKind.PRINT_RECEIPT:
        skip = Action(key_text="-", label=labels.skip_print, choice=2)
        return (
            _menu(labels),
            Action(key_text="/", label=words.papers.electronic, key=PadKey.NOTES),
            _keypad(labels),
            skip,
            Action(key_text=labels.key_enter, label=labels.print_now, choice=1),
        )
    asked = words.question(question, desk.till.sale if desk.till is not None else None)
    answers = tuple(
        Action(key_text=str(number), label=choice, choice=number)
        for number, choice in enumerate(asked.choices, start=1)
    )
    if not desk.typed:
        return (_menu(labels), *answers)
    return (_erase(labels), *answers, Action(key_text=labels.key_enter, label=labels.confirm, key=PadKey.ENTER))


def _offers(labels: Labels) -> tuple[Action, ...]:
    return tuple(
        Action(key_text=str(number), label=choice, choice=number)
        for number, choice in enumerate(labels.unread_choices, start=1)
    )


def _after_verdict(desk: Desk, labels: Labels) -> tuple[Action, ...]:
    has_sale = desk.till is not None and desk.till.sale is not None
    back = _erase(labels) if desk.typed else Action(key_text="-", label=labels.back, key=PadKey.BACK)
    tender = (_notes(labels), _tender(labels)) if has_sale else ()
    last = Action(key_text=labels.key_enter, label=_going_on(desk, labels, has_sale=has_sale), key=PadKey.ENTER)
    return (_menu(labels), *tender, _keypad(labels), back, last)


def _going_on(desk: Desk, labels: Labels, *, has_sale: bool) -> str:
    """What Enter does after a verdict."""
    if desk.typed:
        return labels.confirm
    if desk.enter_requests:
        return labels.show_request
    if not has_sale:
        return labels.new_sale
    is_approved = desk.verdict is not None and desk.verdict.outcome is Outcome.APPROVED
    return labels.go_on if is_approved else labels.read_again


def _leaving(desk: Desk, labels: Labels) -> str:
    sale = desk.till.sale if desk.till is not None else None
    return labels.leave_sale if sale is not None and sale.tenders else labels.cancel_sale


def _menu(labels: Labels) -> Action:
    return Action(key_text="*", label=labels.menu, key=PadKey.MENU)


def _notes(labels: Labels) -> Action:
    return Action(key_text="/", label=labels.notes, key=PadKey.NOTES)


def _tender(labels: Labels) -> Action:
    return Action(key_text="+", label=labels.other_tender, key=PadKey.TENDER)


def _cash_receipt(words: Words) -> Action:
    return Action(key_text="+", label=words.giving_back.ask_cash_receipt, key=PadKey.TENDER)


def _erase(labels: Labels) -> Action:
    return Action(key_text="-", label=labels.erase, key=PadKey.BACK)


def _keypad(labels: Labels) -> Action:
    return Action(key_text=labels.by_touch, label=labels.keypad)


def _offers_wares(desk: Desk) -> bool:
    """Without an amount there is nothing that notes could pay, and items may make one."""
    till = desk.till
    return till is not None and not desk.typed and (till.has_articles or till.suspended_count > 0)


def _wares(words: Words) -> Action:
    return Action(key_text="/", label=words.wares.choose_items, key=PadKey.NOTES)
