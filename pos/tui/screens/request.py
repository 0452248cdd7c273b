"""The payment request for the customer's phone: amount and shop under the terminal's key, as a code.

The request stays open when this screen is left, and the camera reads the answer all the while; only the number on the
button, another amount or the end of the sale closes it.
"""

from textual import on

from pos.link.calls import CloseRequest, EnterAmount, OpenRequest, Refused, RequestAnswer
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.messages import AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.screens.code import CodeScreen
from pos.words import Notice

_CLOSE = 1


class RequestScreen(CodeScreen):
    """Shows the open request, or opens one over what is due (`begins_won` where no sale is open)."""

    def __init__(self, host: Host, *, begins_won: int = 0) -> None:
        super().__init__(host, title=host.words.labels.request_title)
        self._begins_won = begins_won
        self._amount_won = 0
        till = host.desk.till
        sale = till.sale if till is not None else None
        if sale is not None and sale.request is not None:
            self.code_text, self._amount_won = sale.request.text, sale.request.amount_won

    def on_mount(self) -> None:
        if not self.code_text:
            self.run_worker(self._open())

    def actions(self) -> tuple[Action, ...]:
        close = Action(key_text=str(_CLOSE), label=self.labels.close_request, choice=_CLOSE)
        return (close, *super().actions())

    def words_beside(self) -> tuple[str, ...]:
        if not self.code_text:
            return ()
        till = self.host.desk.till
        turns = self.labels.request_turn if till is not None and till.turns_screen else ()
        return ("", self.host.words.won(self._amount_won), "", *turns, *self.labels.request_lines)

    def press(self, key: PadKey) -> None:
        if key.number == _CLOSE and self.code_text:
            self.run_worker(self._close())
        else:
            super().press(key)

    @on(AnswerTouched)
    def _touch(self, message: AnswerTouched) -> None:
        message.stop()
        self.press(PadKey(str(message.choice)))

    async def _open(self) -> None:
        if self._begins_won and isinstance(await self.host.ask(EnterAmount(amount_won=self._begins_won)), Refused):
            self.leave(None)
            return
        answer = await self.host.ask(OpenRequest())
        if not isinstance(answer, RequestAnswer):
            said_of(self.host, answer, None)
            self.leave(None)
            return
        till = self.host.desk.till
        self._amount_won = self._begins_won
        if till is not None and till.sale is not None:
            self._amount_won = till.sale.remaining_won
        self.code_text = answer.text
        self.refresh_words()

    async def _close(self) -> None:
        said_of(self.host, await self.host.ask(CloseRequest()), Notice.DONE)
        self.leave(None)
