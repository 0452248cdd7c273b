"""The owner's page: three lines first, then the most that could be lost, then what somebody paid twice.

From here another catalogue is taken; a manager, who sees no figures here, comes by the same way.
"""

from pos.link.calls import ConflictLine, OwnersPage, PrintDocument, ReadOwnersPage, Refused
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.messages import AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.screens.catalogue import CatalogueScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.rows_screen import RowsScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words import Notice
from pos.words.columns import fitted
from pos.words.moments import moment_text

_CONFLICTS, _CATALOGUE = 1, 2
_NAME_COLUMNS = 30


class OwnerScreen(RowsScreen):
    """Read once when it is opened; 1 leads to payments made twice, 2 to the catalogue."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._page: OwnersPage | None = None

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def draw(self) -> None:
        day = self.host.words.day
        self.query_one(".title", Line).say(day.menu_owner)
        self.query_one("#notice", Line).say(self.host.told())
        back = Action(key_text="-", label=self.labels.back, key=PadKey.BACK)
        goods = Action(key_text="2", label=self.host.words.wares.catalogue_action, choice=_CATALOGUE)
        page = self._page
        if page is None:
            self.query_one(ActionFooter).show((goods, back))
            return
        self.query_one("#reason", Line).say(self._row(day.sold_today, page.sold_today_won))
        self.query_one("#ran", Line).say_rows(self._rows(page))
        conflicts = Action(key_text="1", label=day.conflicts, choice=_CONFLICTS)
        self.query_one(ActionFooter).show((*((conflicts,) if page.conflicts else ()), goods, back))

    def press(self, key: PadKey) -> None:
        if key is PadKey.BACK:
            self.leave(None)
        elif key.number == _CONFLICTS and self._page is not None and self._page.conflicts:
            self.app.push_screen(ConflictsScreen(self.host, self._page.conflicts))
        elif key.number == _CATALOGUE:
            self.app.push_screen(CatalogueScreen(self.host))
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    def on_answer_touched(self, message: AnswerTouched) -> None:
        message.stop()
        self.press(PadKey.D2 if message.choice == _CATALOGUE else PadKey.D1)

    def _rows(self, page: OwnersPage) -> tuple[str, ...]:
        day = self.host.words.day
        rows = (
            self._row(day.coming, page.coming_won),
            self._row(day.late, page.late_won),
            "",
            day.loss_title,
            self._row(day.lost_by_shop, page.lost_by_shop_won),
            self._row(day.lost_by_issuers, page.lost_by_issuers_won),
            *self._other_tills(page),
            self._row(day.may_take_more, page.more_won),
        )
        count = len(page.conflicts)
        return (*rows, "", day.conflict_count.format(count=count)) if count else rows

    def _other_tills(self, page: OwnersPage) -> tuple[str, ...]:
        """What they add, in a shop that has any."""
        if not page.siblings:
            return ()
        name = self.host.words.day.other_tills.format(count=page.siblings, silent=page.silent_siblings)
        return (self._row(name, page.siblings_won),)

    def _row(self, name: str, won: int) -> str:
        return f"{fitted(name, _NAME_COLUMNS)}  {self.host.words.won(won)}"

    async def _load(self) -> None:
        answer = await self.host.ask(ReadOwnersPage())
        if isinstance(answer, Refused):
            said_of(self.host, answer, None)
        elif answer is not None:
            self._page = answer
        self.refresh_words()


class ConflictsScreen(ListScreen):
    """Payments made twice, with who bears each; a number prints its evidence."""

    def __init__(self, host: Host, conflicts: tuple[ConflictLine, ...]) -> None:
        super().__init__(host)
        self._conflicts = conflicts
        self.fill(tuple(map(self._row, conflicts)))

    def title_text(self) -> str:
        return self.host.words.day.conflicts_title

    def chosen(self, index: int) -> None:
        self.run_worker(self._print(self._conflicts[index].entry))

    async def _print(self, entry: int) -> None:
        said_of(self.host, await self.host.ask(PrintDocument(name=f"E{entry}")), Notice.REPRINTING)

    def _row(self, line: ConflictLine) -> Row:
        words = self.host.words
        moment = moment_text(line.time_s, now_s=self.host.wall_s())
        bearer = words.day.borne_by_shop if line.is_shops else words.day.borne_by_issuer
        return Row(
            text=f"{moment}  {words.won(line.amount_won)}  {words.receipt_number(line.receipt_number)}", detail=bearer
        )
