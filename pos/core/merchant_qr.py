"""The shop's own payment codes, one for each programme: off unless the configuration has one.

Rules: a code that is made here is over what is due, with a label of this sale and no other; a finished one is shown as
its service gave it out. Whether either was paid is seen on the customer's phone and nowhere else, so the tender is
recorded as one that nobody confirmed, with its programme, and with its label where the code had one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pos.core.counterparts import Counterparts
from pos.core.program_names import own_program_name
from pos.core.sale import Sale
from pos.errors import ConfigError
from pos.link.calls import MerchantQrAnswer, Refused, ShowMerchantQr
from pos.link.state import ShopCodeView
from pos.shop_codes import ShopCodeSection
from pos.till.merchant_qr import MerchantAccount, PaymentCode, StaticCode, merchant_payload
from pos.till.reasons import Refusal
from pos.voucher.fields import is_id

_LABEL_CHARACTERS: Final = 16


def shop_codes(sections: Mapping[str, ShopCodeSection]) -> Mapping[str, PaymentCode]:
    """The codes that the configuration names, by programme. ConfigError for what no code can hold."""
    return {program: _code(program, section) for program, section in sections.items()}


def _code(program: str, given: ShopCodeSection) -> PaymentCode:
    try:
        if not is_id(program):
            raise ValueError(f"{program!r} is no programme's id")
        if given.text and (given.guid or given.account or given.name or given.city):
            raise ValueError("expected the text of a finished code or an account, found both")
        if given.text:
            return StaticCode(text=given.text)
        return MerchantAccount(
            guid=given.guid, account=given.account, category=given.category, name=given.name, city=given.city
        )
    except ValueError as error:
        raise ConfigError((f"merchant_qr.{program}: {error}",)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantQr:
    """The codes of one till."""

    at: Counterparts
    codes: Mapping[str, PaymentCode] = field(default_factory=dict)

    def views(self) -> tuple[ShopCodeView, ...]:
        """What the cashier may choose from, by name."""
        return tuple(ShopCodeView(program=program, name=self._name(program)) for program in self.codes)

    def _name(self, program: str) -> str:
        return own_program_name(self.at.checkout.trust, program)

    def show(self, call: ShowMerchantQr) -> MerchantQrAnswer | Refused:
        """The code over what is still due."""
        sale, code = self.at.counter.sale, self.codes.get(call.program)
        if code is None:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        if sale is None or not sale.remaining_won:
            return Refused(cause=Refusal.NO_SALE)
        if isinstance(code, StaticCode):
            text = code.text
        else:
            reference = self.reference(sale, call.program)
            assert reference is not None, "a code that is made here has a label"
            text = merchant_payload(code, amount_won=sale.remaining_won, reference=reference)
        return MerchantQrAnswer(
            text=text,
            amount_won=sale.remaining_won,
            name=self._name(call.program),
            has_amount=not isinstance(code, StaticCode),
        )

    def reference(self, sale: Sale, program: str) -> str | None:
        """The label of the next tender of a sale; None where the code is a finished one."""
        if isinstance(self.codes[program], StaticCode):
            return None
        return f"{sale.sale_id.hex()[:_LABEL_CHARACTERS].upper()}{len(sale.tenders):02}"
