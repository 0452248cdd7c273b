"""Why the last code was not approved: each check that ran, in its order, and the one that stopped it."""

from textual import on

from pos.link.calls import PrintDeclineSlip
from pos.link.state import CheckView, Outcome, VerdictView
from pos.till.reasons import Check
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.messages import AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.screens.rows_screen import RowsScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words import Notice
from pos.words.columns import fitted

_CHECKS = frozenset(Check)
_NAME_COLUMNS = 36
_SLIP = 1


class WhyScreen(RowsScreen):
    """Shows the last code that was declined or referred; 1 prints a slip for a customer who asks for one."""

    def draw(self) -> None:
        refused, words = self.host.desk.last_refused, self.host.words
        self.query_one(".title", Line).say(self.labels.menu_why)
        self.query_one("#notice", Line).say(self.host.told())
        back = Action(key_text="-", label=self.labels.back, key=PadKey.BACK)
        slip = Action(key_text="1", label=words.papers.decline_slip, choice=_SLIP)
        self.query_one(ActionFooter).show((*((slip,) if _proves_something(refused) else ()), back))
        if refused is None:
            self.query_one("#reason", Line).say(self.labels.why_empty)
            return
        advice = words.verdict(refused)
        self.query_one("#reason", Line).say(f"{advice.headline}: {advice.detail}")
        self.query_one("#ran", Line).say_rows(tuple(map(self._row, refused.checks)))

    def press(self, key: PadKey) -> None:
        if key is PadKey.BACK:
            self.leave(None)
        elif key.number == _SLIP and _proves_something(self.host.desk.last_refused):
            self.run_worker(self._print_slip())
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    @on(AnswerTouched)
    def _touch(self, message: AnswerTouched) -> None:
        message.stop()
        self.press(PadKey.D1)

    async def _print_slip(self) -> None:
        refused = self.host.desk.last_refused
        if refused is not None and said_of(
            self.host, await self.host.ask(PrintDeclineSlip(entry=refused.entry_sequence)), None
        ):
            self.host.tell(self.host.words.papers.slip_waits)

    def _row(self, check: CheckView) -> str:
        known = check.number in _CHECKS
        name = self.host.words.check(Check(check.number)) if known else str(check.number)
        outcome = self.labels.why_passed if check.passed else self.labels.why_failed
        return f"{check.number:>2}  {fitted(name, _NAME_COLUMNS)}  {outcome}"


def _proves_something(refused: VerdictView | None) -> bool:
    """Whether a payment that could be verified was declined: only such a code has an amount."""
    return refused is not None and refused.outcome is Outcome.DECLINED and refused.amount_won > 0
