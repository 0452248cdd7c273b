"""Sales to settle with the customer: each stays until a person says how it ended."""

from functools import partial
from typing import Final

from pos.link.calls import AttentionLine, CloseAttention, ListAttention, PrintDocument
from pos.link.screen_calls import ReportedNote
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.words import AttentionAnswer, Notice
from pos.words.moments import moment_text

_PRINT: Final = 1


class AttentionScreen(ListScreen):
    """What the customer may not know of, oldest first."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._matters: tuple[AttentionLine, ...] = ()

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def title_text(self) -> str:
        return self.labels.menu_attention

    def empty_text(self) -> str:
        return self.labels.attention_empty

    def chosen(self, index: int) -> None:
        matter, labels = self._matters[index], self.labels
        row = self._row(matter)
        if matter.note is not None:
            self._show_note(matter, matter.note, row)
            return
        if self.host.words.is_notice(matter.cause):
            self._show_notice(matter, row)
            return
        screen = ChoiceScreen(
            self.host,
            title=labels.attention_question,
            lines=(row.text, row.detail),
            choices=labels.attention_answers,
        )
        self.app.push_screen(screen, partial(self._close, matter))

    def _show_notice(self, matter: AttentionLine, row: Row) -> None:
        screen = ChoiceScreen(
            self.host,
            title=self.labels.notice_question,
            lines=(row.text, row.detail),
            choices=(self.labels.notice_answer,),
        )
        self.app.push_screen(screen, partial(self._close_notice, matter))

    def _show_note(self, matter: AttentionLine, note: ReportedNote, row: Row) -> None:
        """A note that was reported after it was taken: what to do with it, on paper if somebody wants it."""
        papers = self.host.words.papers
        what_to_do = tuple(line.format(issuer=note.issuer) for line in papers.reported_note_lines)
        screen = ChoiceScreen(
            self.host,
            title=self.host.words.attention_cause(matter.cause),
            lines=(row.text, row.detail, *what_to_do),
            choices=papers.reported_note_choices,
        )

        def go(choice: int | None) -> None:
            if choice == _PRINT:
                self.run_worker(self._print(note.document))
            elif choice is not None:
                self.run_worker(self._ask_to_close(matter, AttentionAnswer.READ))

        self.app.push_screen(screen, go)

    async def _print(self, document: str) -> None:
        said_of(self.host, await self.host.ask(PrintDocument(name=document)), Notice.REPRINTING)

    def _close_notice(self, matter: AttentionLine, choice: int | None) -> None:
        if choice is not None:
            self.run_worker(self._ask_to_close(matter, AttentionAnswer.READ))

    def _close(self, matter: AttentionLine, choice: int | None) -> None:
        if choice is not None:
            self.run_worker(self._ask_to_close(matter, tuple(AttentionAnswer)[choice - 1]))

    async def _ask_to_close(self, matter: AttentionLine, answer: AttentionAnswer) -> None:
        said_of(self.host, await self.host.ask(CloseAttention(entry=matter.entry, answer=answer)), Notice.DONE)
        await self._load()

    async def _load(self) -> None:
        page = await self.host.ask(ListAttention())
        if page is not None:
            self._matters = page.lines
            self.fill(tuple(map(self._row, page.lines)))

    def _row(self, matter: AttentionLine) -> Row:
        words = self.host.words
        moment = moment_text(matter.time_s, now_s=self.host.wall_s())
        if matter.note is None and words.is_notice(matter.cause):
            return Row(text=moment, detail=words.attention_cause(matter.cause))
        return Row(
            text=f"{moment}  {words.won(matter.amount_won)}  {words.receipt_number(matter.receipt_number)}",
            detail=words.attention_cause(matter.cause)
            if matter.note is None
            else words.papers.reported_note.format(serial=matter.note.serial),
        )
