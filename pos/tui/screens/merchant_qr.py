"""The shop's own payment code: shown to the customer, confirmed by nobody but the cashier's eyes.

What is pressed is that the customer's phone was looked at; the sale stays unconfirmed all the same.
"""

from textual import on

from pos.link.calls import MerchantQrAnswer, PayOther, ShowMerchantQr
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.messages import AnswerTouched
from pos.tui.pad import PadKey
from pos.tui.screens.code import CodeScreen
from pos.voucher.bodies import TenderKind, TenderMethod

_SEEN = 1


class MerchantQrScreen(CodeScreen):
    """Shows the code over what is due."""

    def __init__(self, host: Host, program: str) -> None:
        super().__init__(host, title=host.words.wares.methods[2])
        self._program = program
        self._answer: MerchantQrAnswer | None = None

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def actions(self) -> tuple[Action, ...]:
        seen = Action(key_text=str(_SEEN), label=self.host.words.wares.shop_code_seen, choice=_SEEN)
        return (seen, *super().actions())

    def words_beside(self) -> tuple[str, ...]:
        words, shown = self.host.words, self._answer
        if shown is None:
            return ()
        typed = () if shown.has_amount else (words.wares.shop_code_typed,)
        name = (shown.name,) if shown.name else ()
        return ("", *name, words.won(shown.amount_won), "", *typed, *words.wares.shop_code_lines)

    def press(self, key: PadKey) -> None:
        if key.number == _SEEN and self.code_text:
            self.run_worker(self._record())
        else:
            super().press(key)

    @on(AnswerTouched)
    def _touch(self, message: AnswerTouched) -> None:
        message.stop()
        self.press(PadKey(str(message.choice)))

    async def _load(self) -> None:
        answer = await self.host.ask(ShowMerchantQr(program=self._program))
        if not isinstance(answer, MerchantQrAnswer):
            said_of(self.host, answer, None)
            self.leave(None)
            return
        self.code_text, self._answer = answer.text, answer
        self.refresh_words()

    async def _record(self) -> None:
        assert self._answer is not None, "there is a code to look at"
        call = PayOther(
            kind=TenderKind.OTHER,
            amount_won=self._answer.amount_won,
            method=TenderMethod.MERCHANT_QR,
            program=self._program,
        )
        said_of(self.host, await self.host.ask(call), None)
        self.leave(None)
