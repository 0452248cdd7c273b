"""Another catalogue from a memory stick: what it changes, or what is wrong with it; one key takes it.

Rules: nothing changes before Enter, and nothing at all where any line is wrong; a stick that is plugged in while this
is seen is looked at by itself.
"""

from pos.link.calls import BroughtCatalogue, CatalogueAnswer, CatalogueProblem, LookAtCatalogue, Refused, TakeCatalogue
from pos.link.stick import StickState
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.rows_screen import RowsScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.words import Notice
from pos.words.columns import cut
from pos.words.moments import moment_text

FAULTS_SHOWN = 4
_COLUMNS = 74
"""What a line has on the smallest screen."""


class CatalogueScreen(RowsScreen):
    """Asked for when it is opened and with each stick."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._page: BroughtCatalogue | None = None
        self._taken: int | None = None
        """How many articles have been taken here."""
        self._stick: StickState | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self._stick = self._stick_now()
        self.run_worker(self.load())

    def draw(self) -> None:
        self._follow_stick()
        first, *rows = self._rows() or ("",)
        self.query_one(".title", Line).say(self.host.words.wares.catalogue_title)
        self.query_one("#reason", Line).say(first)
        self.query_one("#ran", Line).say_rows(tuple(rows))
        self.query_one("#notice", Line).say(self.host.told())
        self.query_one(ActionFooter).show(self._actions())

    def press(self, key: PadKey) -> None:
        if key is PadKey.BACK:
            self.leave(None)
        elif key is PadKey.ENTER and self._page is not None and self._may_take:
            self.run_worker(self._use(self._page.digest), exclusive=True, group="take")
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    async def load(self) -> None:
        """Look at what was brought."""
        answer = await self.host.ask(LookAtCatalogue())
        if isinstance(answer, BroughtCatalogue):
            self._page = answer
        else:
            said_of(self.host, answer, None)
            self.leave(None)
        self.refresh_words()

    async def _use(self, digest: str) -> None:
        answer = await self.host.ask(TakeCatalogue(digest=digest))
        if isinstance(answer, CatalogueAnswer) and not answer.problems:
            self._taken = answer.articles
            self.refresh_words()
            return
        if isinstance(answer, Refused):
            said_of(self.host, answer, None)
        await self.load()

    def _stick_now(self) -> StickState | None:
        till = self.host.desk.till
        return None if till is None else till.stick

    def _follow_stick(self) -> None:
        before, self._stick = self._stick, self._stick_now()
        if self._stick is not before and self._stick is StickState.CATALOGUE_BROUGHT:
            self._taken = None
            self.run_worker(self.load())

    @property
    def _may_take(self) -> bool:
        page = self._page
        is_usable = page is not None and bool(page.digest) and not page.problems
        return is_usable and self._taken is None and self._is_different

    @property
    def _is_different(self) -> bool:
        return self._page is not None and any((self._page.new, self._page.changed, self._page.gone))

    def _actions(self) -> tuple[Action, ...]:
        wares = self.host.words.wares
        if not self._may_take:
            return (Action(key_text="-", label=self.labels.back, key=PadKey.BACK),)
        take = Action(key_text=self.labels.key_enter, label=wares.catalogue_take, key=PadKey.ENTER)
        return (Action(key_text="-", label=wares.catalogue_leave, key=PadKey.BACK), take)

    def _rows(self) -> tuple[str, ...]:
        page, wares = self._page, self.host.words.wares
        if page is None:
            return ()
        if self._taken is not None:
            return (_counted(wares.catalogue_taken, self._taken), *wares.catalogue_taken_lines)
        if not page.digest:
            return wares.catalogue_none
        if page.problems:
            return self._faults(page.problems)
        moment = moment_text(page.brought_s, now_s=self.host.wall_s())
        head = (wares.catalogue_brought.format(moment=moment), _counted(wares.catalogue_holds, page.articles))
        if not self._is_different:
            return (*head, "", wares.catalogue_same)
        counts = zip(wares.catalogue_differs, (page.new, page.changed, page.gone), strict=True)
        return (*head, *(_counted(pattern, count) for pattern, count in counts), "", wares.catalogue_asks)

    def _faults(self, problems: tuple[CatalogueProblem, ...]) -> tuple[str, ...]:
        words, wares = self.host.words, self.host.words.wares
        rows = [wares.catalogue_wrong]
        for problem in problems[:FAULTS_SHOWN]:
            what, text = words.catalogue_problem(problem.kind, problem.text)
            rows.append(cut(wares.catalogue_fault.format(line=f"{problem.line:,}", what=what), _COLUMNS))
            if text:
                rows.append(cut("   " + wares.catalogue_reads.format(text=text), _COLUMNS))
        if len(problems) > FAULTS_SHOWN:
            rows.append(wares.catalogue_more)
        return (*rows, "", wares.catalogue_repair)


def _counted(pattern: str, count: int) -> str:
    return pattern.format(count=f"{count:,}")
