"""The shop's own payment code: off unless the configuration names an account of a payment service.

Rules: the code is over what is due, with a label of this sale and no other; whether it was paid is seen on the
customer's phone and nowhere else, so the tender is recorded as one that nobody confirmed, with its label.
"""

from dataclasses import dataclass
from typing import Final

from pos.config import MerchantQrSection
from pos.core.counterparts import Counterparts
from pos.core.sale import Sale
from pos.errors import ConfigError
from pos.link.calls import MerchantQrAnswer, Refused
from pos.till.merchant_qr import MerchantAccount, merchant_payload
from pos.till.reasons import Refusal

_LABEL_CHARACTERS: Final = 16


def account_of(section: MerchantQrSection) -> MerchantAccount | None:
    """The account that the configuration names; None where the code is off. ConfigError for what no code can hold."""
    if not section.guid:
        return None
    try:
        return MerchantAccount(
            guid=section.guid, account=section.account, category=section.category, name=section.name, city=section.city
        )
    except ValueError as error:
        raise ConfigError((f"merchant_qr: {error}",)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantQr:
    """The code of one till."""

    at: Counterparts
    account: MerchantAccount | None = None

    @property
    def is_on(self) -> bool:
        return self.account is not None

    def show(self) -> MerchantQrAnswer | Refused:
        """The code over what is still due."""
        sale = self.at.counter.sale
        if self.account is None:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        if sale is None or not sale.remaining_won:
            return Refused(cause=Refusal.NO_SALE)
        reference = self.reference(sale)
        text = merchant_payload(self.account, amount_won=sale.remaining_won, reference=reference)
        return MerchantQrAnswer(text=text, amount_won=sale.remaining_won, reference=reference)

    def reference(self, sale: Sale) -> str:
        """The label of the next tender of a sale."""
        return f"{sale.sale_id.hex()[:_LABEL_CHARACTERS].upper()}{len(sale.tenders):02}"
