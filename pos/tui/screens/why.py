"""Why the last code was not approved: each check that ran, in its order, and the one that stopped it."""

from textual.app import ComposeResult
from textual.containers import Vertical

from pos.link.state import CheckView
from pos.till.reasons import Check
from pos.tui.actions import Action
from pos.tui.pad import PadKey
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words.columns import fitted

_CHECKS = frozenset(Check)
_NAME_COLUMNS = 36


class WhyScreen(PadScreen):
    """Shows the last code that was declined or referred."""

    def compose(self) -> ComposeResult:
        yield Line(classes="title")
        with Vertical(id="checks"):
            yield Line(id="reason")
            yield Line(id="ran")
        yield Line(id="notice")
        yield ActionFooter()

    def draw(self) -> None:
        refused, words = self.host.desk.last_refused, self.host.words
        self.query_one(".title", Line).say(self.labels.menu_why)
        self.query_one("#notice", Line).say(self.host.told())
        self.query_one(ActionFooter).show((Action(key_text="-", label=self.labels.back, key=PadKey.BACK),))
        if refused is None:
            self.query_one("#reason", Line).say(self.labels.why_empty)
            return
        advice = words.verdict(refused)
        self.query_one("#reason", Line).say(f"{advice.headline}: {advice.detail}")
        self.query_one("#ran", Line).say_rows(tuple(map(self._row, refused.checks)))

    def press(self, key: PadKey) -> None:
        if key is PadKey.BACK:
            self.leave(None)

    def _row(self, check: CheckView) -> str:
        known = check.number in _CHECKS
        name = self.host.words.check(Check(check.number)) if known else str(check.number)
        outcome = self.labels.why_passed if check.passed else self.labels.why_failed
        return f"{check.number:>2}  {fitted(name, _NAME_COLUMNS)}  {outcome}"
