"""The sale screen: one screen whose style classes follow the stage, because a cashier's eyes should not have to move.

It copies a `Face` into its widgets and carries out what the desk makes of a key. Calls go to core in the order in which
keys were pressed; nothing waits for their answers.
"""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.worker import WorkType

from pos.link.calls import AnswerQuestion, CancelSale, EnterAmount, OpenDay, Refused
from pos.tui.actions import actions_of
from pos.tui.answers import refusal_text, said_of
from pos.tui.desk import Stage
from pos.tui.electronic import give_electronic
from pos.tui.face import Face, face_of
from pos.tui.giving_back import GROUP, ask_cash_receipt
from pos.tui.host import Host
from pos.tui.intents import (
    AskCashReceipt,
    DeskCall,
    GiveElectronic,
    Intent,
    LeaveSale,
    Nothing,
    OpenMenu,
    OpenRequest,
    OpenWares,
    Relieve,
    Say,
    Send,
    TakeTender,
)
from pos.tui.messages import AmountTouched, AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.login import LoginScreen, Purpose
from pos.tui.screens.menu import MenuScreen
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.screens.request import RequestScreen
from pos.tui.screens.tenders import open_notes, open_wares, take_tender, tender_question
from pos.tui.widgets.amount import AmountPanel
from pos.tui.widgets.band import BandPanel
from pos.tui.widgets.footer import ActionFooter, Keypad
from pos.tui.widgets.header import HeaderRows
from pos.tui.widgets.line import Line
from pos.words import Notice

LARGE_COLUMNS, LARGE_ROWS = 100, 30
"""From this size on the amount and the verdict are drawn larger."""
SMALL_COLUMNS, SMALL_ROWS = 80, 24
_KEYPAD_STAGES = frozenset({Stage.IDLE, Stage.AMOUNT, Stage.READING, Stage.LINK_DOWN})
_YES = 1


class SaleScreen(PadScreen):
    """Header, last sale, amount, verdict, three lines, a notice, six actions."""

    begins_amount: ClassVar[bool] = True

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._wants_keypad = False

    def compose(self) -> ComposeResult:
        yield HeaderRows()
        yield AmountPanel()
        yield BandPanel()
        with Vertical(id="lines"):
            yield Line(id="due")
            yield Line(id="customer")
            yield Line(id="next-step")
        yield Keypad()
        yield Line(id="notice")
        yield ActionFooter()

    def draw(self) -> None:
        """Draw the desk as it is now."""
        desk, words = self.host.desk, self.host.words
        face = face_of(desk, words, wall_s=self.host.wall_s())
        is_large = self.size.width >= LARGE_COLUMNS and self.size.height >= LARGE_ROWS
        self._set_classes(face, is_large=is_large)
        self.query_one(HeaderRows).show(face.header)
        self.query_one(AmountPanel).show(face.amount, won=words.labels.won, is_large=is_large)
        self.query_one(BandPanel).show(face.band, is_large=is_large)
        self.query_one("#due", Line).say(face.due)
        self.query_one("#customer", Line).say(face.customer)
        self.query_one("#next-step", Line).say(face.next_step)
        self.query_one("#notice", Line).say(self._notice())
        self.query_one(ActionFooter).show(actions_of(desk, words))

    def press(self, key: PadKey) -> None:
        self._carry_out(self.host.desk.press(key, now_s=self.host.now_s()))

    def on_screen_resume(self) -> None:
        # What lay under another screen has been read by nobody.
        self.host.desk.uncover(now_s=self.host.now_s())

    @on(AnswerTouched)
    def _answer(self, message: AnswerTouched) -> None:
        message.stop()
        self.host.tell("")
        self._carry_out(self.host.desk.choose(message.choice))
        self.refresh_words()

    @on(AmountTouched)
    def _toggle_keypad(self, message: AmountTouched) -> None:
        message.stop()
        if self.host.desk.stage is Stage.VERDICT:
            # Whoever wants keys on the screen is done with the verdict.
            self._wants_keypad = True
            self.press(PadKey.BACK)
        else:
            self._wants_keypad = not self._wants_keypad
        self.refresh_words()

    def _set_classes(self, face: Face, *, is_large: bool) -> None:
        self.set_class(is_large, "-large")
        self.set_class(self._wants_keypad and face.stage in _KEYPAD_STAGES, "-keypad")

    def _notice(self) -> str:
        if self.size.width < SMALL_COLUMNS or self.size.height < SMALL_ROWS:
            return self.labels.screen_small
        till = self.host.desk.till
        said = refusal_text(self.host.words, Refused(cause=till.said)) if till is not None and till.said else ""
        return self.host.told() or said

    def _carry_out(self, intent: Intent) -> None:
        match intent:
            case Nothing():
                return
            case Say(notice):
                self.host.notify_cashier(notice)
            case Send(calls):
                for call in calls:
                    self.run_worker(self._send(call))
            case OpenMenu():
                self.app.push_screen(MenuScreen(self.host))
            case OpenRequest(begins_won=begins_won):
                self.app.push_screen(RequestScreen(self.host, begins_won=begins_won))
            case TakeTender():
                self._ask_tender(intent)
            case AskCashReceipt(amount_won=amount_won):
                conversation: WorkType[None] = partial(ask_cash_receipt, self.app, self.host, amount_won=amount_won)
                self.app.run_worker(conversation, group=GROUP, exclusive=True)
            case GiveElectronic(receipt_number):
                giving: WorkType[None] = partial(give_electronic, self.app, self.host, receipt_number=receipt_number)
                self.app.run_worker(giving, group=GROUP, exclusive=True)
            case Relieve(person=person):
                self.app.push_screen(LoginScreen(self.host, purpose=Purpose.RELIEVE, expected=person))
            case OpenWares():
                open_wares(self)
            case LeaveSale(paid_won=paid_won):
                self._ask_leaving(paid_won)

    async def _send(self, call: DeskCall) -> None:
        desk = self.host.desk
        notice = Notice.DAY_OPENED if isinstance(call, OpenDay) else None
        done = said_of(self.host, await self.host.ask(call), notice)
        if isinstance(call, EnterAmount):
            desk.amount_taken() if done else desk.amount_refused()
        elif isinstance(call, AnswerQuestion) and not done:
            desk.answer_refused()
        self.refresh_words()

    def _ask_tender(self, asked: TakeTender) -> None:
        if asked.is_note:
            self.run_worker(open_notes(self, asked))
        else:
            self.app.push_screen(tender_question(self.host, asked), partial(take_tender, self, asked))

    def _ask_leaving(self, paid_won: int) -> None:
        words = self.host.words
        screen = ChoiceScreen(
            self.host,
            title=words.labels.leave_title,
            lines=(words.leave_question(paid_won),),
            choices=words.labels.leave_choices,
        )
        self.app.push_screen(screen, self._leave)

    def _leave(self, choice: int | None) -> None:
        if choice == _YES:
            self.run_worker(self._send(CancelSale()))
