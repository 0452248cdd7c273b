"""Orders and payments from elsewhere, each to be accepted or refused with a cause."""

from functools import partial

from pos.link.calls import AnswerRemote, ListRemotes, RemoteLine, RemotePage
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.words import Notice, RemoteCause
from pos.words.moments import moment_text

_ACCEPT = 1
_ITEMS_SHOWN = 6


class RemotesScreen(ListScreen):
    """Oldest first."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._remotes: tuple[RemoteLine, ...] = ()

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._load())

    def title_text(self) -> str:
        return self.host.words.giving_back.remotes_title

    def empty_text(self) -> str:
        return self.host.words.giving_back.remotes_empty

    def chosen(self, index: int) -> None:
        remote = self._remotes[index]
        row = self._row(remote)
        screen = ChoiceScreen(
            self.host,
            title=row.text,
            lines=(*remote.what[:_ITEMS_SHOWN],),
            choices=self.host.words.giving_back.remote_choices,
        )
        self.app.push_screen(screen, partial(self._answer, remote))

    def _answer(self, remote: RemoteLine, choice: int | None) -> None:
        if choice == _ACCEPT:
            self.run_worker(self._send(AnswerRemote(subject=remote.subject, is_accepted=True)))
        elif choice is not None:
            labels = self.host.words.giving_back
            screen = ChoiceScreen(self.host, title=self._row(remote).text, lines=(), choices=labels.remote_causes)
            self.app.push_screen(screen, partial(self._refuse, remote))

    def _refuse(self, remote: RemoteLine, choice: int | None) -> None:
        if choice is not None:
            cause = tuple(RemoteCause)[choice - 1]
            self.run_worker(self._send(AnswerRemote(subject=remote.subject, is_accepted=False, cause=cause)))

    async def _send(self, call: AnswerRemote) -> None:
        said_of(self.host, await self.host.ask(call), Notice.DONE)
        await self._load()

    async def _load(self) -> None:
        page = await self.host.ask(ListRemotes())
        # Whoever may not see it is told so instead.
        if isinstance(page, RemotePage):
            self._remotes = page.lines
            self.fill(tuple(map(self._row, page.lines)))

    def _row(self, remote: RemoteLine) -> Row:
        words, labels = self.host.words, self.host.words.giving_back
        moment = moment_text(remote.time_s, now_s=self.host.wall_s())
        pattern = labels.remote_order if remote.is_order else labels.remote_payment
        unpaid = "" if remote.is_paid else labels.remote_unpaid
        facts = (", ".join(remote.what), unpaid)
        return Row(
            text=f"{moment}  {words.won(remote.amount_won)}  {pattern.format(who=remote.who)}",
            detail="  ".join(fact for fact in facts if fact),
        )
