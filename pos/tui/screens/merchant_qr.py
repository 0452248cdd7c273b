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

    def __init__(self, host: Host) -> None:
        super().__init__(host, title=host.words.wares.methods[2])
        self._amount_won = 0

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def actions(self) -> tuple[Action, ...]:
        seen = Action(key_text=str(_SEEN), label=self.host.words.wares.shop_code_seen, choice=_SEEN)
        return (seen, *super().actions())

    def words_beside(self) -> tuple[str, ...]:
        words = self.host.words
        return ("", words.won(self._amount_won), "", *words.wares.shop_code_lines) if self.code_text else ()

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
        answer = await self.host.ask(ShowMerchantQr())
        if not isinstance(answer, MerchantQrAnswer):
            said_of(self.host, answer, None)
            self.leave(None)
            return
        self.code_text, self._amount_won = answer.text, answer.amount_won
        self.refresh_words()

    async def _record(self) -> None:
        call = PayOther(kind=TenderKind.OTHER, amount_won=self._amount_won, method=TenderMethod.MERCHANT_QR)
        said_of(self.host, await self.host.ask(call), None)
        self.leave(None)
