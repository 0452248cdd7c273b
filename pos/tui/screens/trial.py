"""The test page: printed at once, and then the one question which of its lines is right."""

from pos.link.calls import ChooseTrialLine, Done, ListDevices, PrintTrial
from pos.link.equipment import Trial
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row
from pos.words.columns import columns_of

LOOK_S = 0.5
_FAILED = frozenset({"not_started", "unknown"})
_LINE_MARK = "-" * 24


class TrialScreen(ListScreen):
    """One row for each line of the page."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._trial: Trial | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._begin())
        self.set_interval(LOOK_S, self._look_again)

    def title_text(self) -> str:
        return self.labels.trial_question

    def empty_text(self) -> str:
        has_failed = self._trial is not None and self._trial.outcome in _FAILED
        return self.labels.trial_failed if has_failed else self.labels.trial_printing

    def draw(self) -> None:
        self._rows = self._line_rows()
        super().draw()

    def chosen(self, index: int) -> None:
        self.run_worker(self._choose_line(index + 1))

    async def _begin(self) -> None:
        if not said_of(self.host, await self.host.ask(PrintTrial()), None):
            self.leave(None)

    async def _choose_line(self, number: int) -> None:
        answer = await self.host.ask(ChooseTrialLine(number=number))
        if said_of(self.host, answer, None) and isinstance(answer, Done):
            self.leave(None)
            self.host.tell(self.labels.trial_taken)

    def _look_again(self) -> None:
        if self.is_current and (self._trial is None or not self._trial.outcome):
            self.run_worker(self.load(), group="look", exclusive=True)

    async def load(self) -> None:
        """Look at the devices again."""
        page = await self.host.ask(ListDevices())
        if page is not None and page.trial is not None:
            self._trial = page.trial
            if self._line_rows():
                self.host.tell(" ".join(self.labels.trial_lines))
            self.refresh_words()

    def _line_rows(self) -> tuple[Row, ...]:
        trial = self._trial
        if trial is None or trial.outcome in ("", *_FAILED):
            return ()
        sample = self.labels.trial_sample
        rule = _LINE_MARK[: 40 - columns_of(sample)]
        return tuple(
            Row(
                text=f"{sample} {rule}]",
                detail=f"{self.labels.trial_proposed} {number}" if number == trial.proposed else "",
            )
            for number in range(1, trial.lines + 1)
        )
