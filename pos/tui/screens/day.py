"""Opening, closing, reports and cash without a sale: everything under number 6 of the menu.

Rules: opening is one Enter; closing asks for the counted total and nothing else, and never shows what should be there
before; when the day is over the screen says whether the power may go, from what is true at that moment.
"""

from functools import partial

from textual.worker import WorkType

from pos.link.calls import CloseDay, DayClosing, MoveCash, OpenDay, Pieces, Practise, PrintDocument, Refused
from pos.link.state import PrinterState
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.giving_back import GROUP
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.number import NumberScreen
from pos.tui.screens.numbered import Item, NumberedMenu
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.screens.people import PeopleScreen
from pos.tui.screens.period import show_period
from pos.tui.screens.pieces import Counted, PiecesScreen
from pos.tui.screens.report import ReportScreen
from pos.tui.screens.rows_screen import RowsScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words import Notice

_BY_PIECES, _UNCOUNTED = -1, -2
_KEY_CARD = "C"


class CountScreen(NumberScreen):
    """The counted total; `+` counts by pieces, `/` closes without counting."""

    def actions(self) -> tuple[Action, ...]:
        day = self.host.words.day
        back, enter = super().actions()
        pieces = Action(key_text="+", label=day.by_pieces, key=PadKey.TENDER)
        uncounted = Action(key_text="/", label=day.uncounted, key=PadKey.NOTES)
        return (uncounted, pieces, back, enter)

    def other(self, key: PadKey) -> None:
        match key:
            case PadKey.TENDER:
                self.leave(_BY_PIECES)
            case PadKey.NOTES:
                self.leave(_UNCOUNTED)
            case _:
                super().other(key)


class DayScreen(NumberedMenu):
    """The day's menu."""

    def title_text(self) -> str:
        return self.host.words.day.menu_day

    def items(self) -> tuple[Item, ...]:
        day, host = self.host.words.day, self.host
        return (
            Item(number=1, text=day.open_day, open=self._open),
            Item(number=2, text=day.close_day, open=self._close),
            Item(number=3, text=day.interim, open=lambda: self._show(ReportScreen(host, "x"))),
            Item(number=4, text=day.last_closing, open=lambda: self._show(ReportScreen(host, "z"))),
            Item(number=5, text=day.cash_in, open=partial(self._move, is_in=True)),
            Item(number=6, text=day.cash_out, open=partial(self._move, is_in=False)),
            Item(number=7, text=day.menu_cheat_sheet, open=lambda: self.run_worker(self._print_key_card())),
            Item(number=8, text=day.menu_training, open=lambda: self.run_worker(self._practise())),
            Item(number=9, text=day.menu_people, open=lambda: self._show(PeopleScreen(host))),
            Item(number=0, text=day.menu_period, open=self._ask_period),
        )

    def _show(self, screen: PadScreen) -> None:
        self.app.push_screen(screen)

    def _ask_period(self) -> None:
        work: WorkType[None] = partial(show_period, self.app, self.host)
        self.app.run_worker(work, group=GROUP, exclusive=True)

    # -- opening -----------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        till, day = self.host.desk.till, self.host.words.day
        proposed_won = 0 if till is None else till.day.proposed_float_won
        screen = NumberScreen(self.host, title=day.float_title, lines=(day.float_line,), proposed=proposed_won)
        self.app.push_screen(screen, self._opened)

    def _opened(self, float_won: int | None) -> None:
        if float_won is not None:
            self.run_worker(self._ask_to_open(float_won))

    async def _ask_to_open(self, float_won: int) -> None:
        if said_of(self.host, await self.host.ask(OpenDay(float_won=float_won)), Notice.DAY_OPENED):
            self.host.show_sale()

    # -- closing -----------------------------------------------------------------------------------------------------

    def _close(self) -> None:
        day = self.host.words.day
        self.app.push_screen(CountScreen(self.host, title=day.counted_title, lines=day.counted_lines), self._counted)

    def _counted(self, counted_won: int | None) -> None:
        match counted_won:
            case None:
                return
            case int() if counted_won == _BY_PIECES:
                counted = Counted()
                self.app.push_screen(PiecesScreen(self.host, counted), partial(self._counted_pieces, counted))
            case int() if counted_won == _UNCOUNTED:
                self.run_worker(self._ask_to_close(None))
            case _:
                self.run_worker(self._ask_to_close(counted_won))

    def _counted_pieces(self, counted: Counted, total_won: int | None) -> None:
        if total_won is not None:
            self.run_worker(self._ask_to_close(total_won, counted.pieces))

    async def _ask_to_close(self, counted_won: int | None, pieces: tuple[Pieces, ...] = ()) -> None:
        answer = await self.host.ask(CloseDay(counted_won=counted_won, pieces=pieces))
        if isinstance(answer, DayClosing):
            app = self.app
            self.host.show_sale()
            app.push_screen(ClosedScreen(self.host, answer))
        elif isinstance(answer, Refused):
            said_of(self.host, answer, None)

    async def _print_key_card(self) -> None:
        said_of(self.host, await self.host.ask(PrintDocument(name=_KEY_CARD)), Notice.REPRINTING)

    # -- practice ----------------------------------------------------------------------------------------------------

    async def _practise(self) -> None:
        till, day = self.host.desk.till, self.host.words.day
        is_begun = till is None or not till.is_training
        if said_of(self.host, await self.host.ask(Practise(is_begun=is_begun)), None):
            self.host.show_sale()
            self.host.tell(day.training_begun if is_begun else day.training_ended)

    # -- cash --------------------------------------------------------------------------------------------------------

    def _move(self, *, is_in: bool) -> None:
        title = self.host.words.day.cash_in if is_in else self.host.words.day.cash_out
        self.app.push_screen(NumberScreen(self.host, title=title), partial(self._ask_reason, is_in))

    def _ask_reason(self, is_in: bool, amount_won: int | None) -> None:
        if amount_won is None:
            return
        words = self.host.words
        title, reasons = (
            (words.day.cash_in, words.day.cash_in_reasons)
            if is_in
            else (words.day.cash_out, words.day.cash_out_reasons)
        )
        screen = ChoiceScreen(self.host, title=title, lines=(words.won(amount_won),), choices=reasons)
        self.app.push_screen(screen, partial(self._moved, is_in, amount_won, reasons))

    def _moved(self, is_in: bool, amount_won: int, reasons: tuple[str, ...], choice: int | None) -> None:
        if choice is not None:
            self.run_worker(self._ask_to_move(MoveCash(amount_won=amount_won, is_in=is_in, reason=reasons[choice - 1])))

    async def _ask_to_move(self, call: MoveCash) -> None:
        said_of(self.host, await self.host.ask(call), Notice.DONE)


class ClosedScreen(RowsScreen):
    """The day is over: what was counted, and whether the power may go. It follows what is true now."""

    def __init__(self, host: Host, closing: DayClosing) -> None:
        super().__init__(host)
        self._done = closing

    def draw(self) -> None:
        day, closing = self.host.words.day, self._done
        self.query_one(".title", Line).say(day.closed_title.format(number=closing.z_number))
        self.query_one("#reason", Line).say(self._power())
        self.query_one("#ran", Line).say_rows(self._rows())
        self.query_one("#notice", Line).say(self.host.told())
        back = Action(key_text=self.labels.key_enter, label=self.labels.confirm, key=PadKey.ENTER)
        self.query_one(ActionFooter).show((back,))

    def press(self, key: PadKey) -> None:
        if key in (PadKey.ENTER, PadKey.BACK):
            self.leave(None)
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    def _power(self) -> str:
        till, day = self.host.desk.till, self.host.words.day
        if till is None:
            return ""
        if till.printer.unprinted or till.printer.state is PrinterState.PRINTING:
            return day.still_printing
        return day.still_unsent.format(count=till.unsent_count) if till.unsent_count else day.may_switch_off

    def _rows(self) -> tuple[str, ...]:
        words, closing = self.host.words, self._done
        day = words.day
        expected = f"{day.closed_expected}  {words.won(closing.expected_won)}"
        if closing.counted_won is None:
            return (expected, day.closed_uncounted)
        counted = f"{day.closed_counted}  {words.won(closing.counted_won)}"
        return (expected, counted, self._difference())

    def _difference(self) -> str:
        day, difference_won = self.host.words.day, self._done.difference_won
        if not difference_won:
            return day.closed_right
        pattern = day.closed_over if difference_won > 0 else day.closed_short
        return pattern.format(won=self.host.words.won(abs(difference_won)))
