"""The sale at the counter, and the question that stands in its way. Values only.

A sale exists in the journal from its first tender on; before that it is only an amount on the screen, and losing it
loses nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos.core.checkout import Presented, new_sale_id
from pos.journal.records import SaleRecord, TenderForm
from pos.link.state import ItemView, QuestionKind, RequestView, SaleView, TenderView
from pos.text import safe_text
from pos.till.basket import total_of
from pos.till.decision import Referred, Tender
from pos.voucher.bodies import SoldItem, TaxClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What is due and what has been paid. `due_won` None: no amount was typed yet."""

    sale_id: bytes
    due_won: int | None = None
    tenders: tuple[TenderView, ...] = ()
    receipt_number: str | None = None
    request: RequestView | None = None
    request_nonce: bytes | None = None
    items: tuple[SoldItem, ...] = ()
    is_held: bool = False
    """It was put aside, and the journal keeps it until it ends."""

    @classmethod
    def begin(cls, due_won: int | None) -> "Sale":
        return cls(sale_id=new_sale_id(), due_won=due_won)

    def with_items(self, items: tuple[SoldItem, ...]) -> "Sale":
        """The sale over these items; they say what is due."""
        return replace(self, items=items, due_won=total_of(items))

    @property
    def paid_won(self) -> int:
        return sum(tender.amount_won for tender in self.tenders)

    @property
    def remaining_won(self) -> int | None:
        return None if self.due_won is None else self.due_won - self.paid_won

    @property
    def vouchers_won(self) -> int:
        return sum(tender.amount_won for tender in self.tenders if tender.kind == TenderForm.VOUCHER)

    def with_tender(self, tender: TenderView, receipt_number: str) -> "Sale":
        return replace(
            self,
            due_won=tender.amount_won if self.due_won is None else self.due_won,
            tenders=(*self.tenders, tender),
            receipt_number=receipt_number,
        )

    def without_request(self) -> "Sale":
        return replace(self, request=None, request_nonce=None)

    def presented(self, text: str, length: int, *, is_amount_agreed: bool = False) -> Presented:
        """A code shown for what is still due in this sale."""
        return Presented(
            text=text,
            length=length,
            tender=Tender(
                due_won=self.remaining_won,
                sale_vouchers_won=self.vouchers_won,
                is_amount_agreed=is_amount_agreed,
            ),
            sale_id=self.sale_id,
            receipt_number=self.receipt_number,
            paid_won=self.paid_won,
            items=self.items,
        )

    def view(self) -> SaleView:
        return SaleView(
            due_won=self.due_won or 0,
            paid_won=self.paid_won,
            tenders=self.tenders,
            request=self.request,
            items=tuple(
                ItemView(
                    name=safe_text(item.name),
                    quantity=item.quantity,
                    amount_won=item.amount_won,
                    is_exempt=item.tax is TaxClass.EXEMPT,
                )
                for item in self.items
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountQuestion:
    """A code that would be approved for an amount other than what is due, or with no amount typed."""

    serial: int
    kind: QuestionKind
    sale_id: bytes
    """Of the sale that begins when it is taken, or has begun."""
    presented: Presented
    referred: Referred


def sale_of(record: SaleRecord, program_name: Callable[[int], str]) -> Sale:
    """A sale that the journal holds open, as it stood at the counter."""
    return Sale(
        sale_id=record.sale_id,
        due_won=record.total_won,
        tenders=tuple(
            TenderView(
                kind=tender.form.value,
                amount_won=tender.amount_won,
                program_name=program_name(tender.entry),
                method=tender.method or "",
            )
            for tender in record.tenders
        ),
        receipt_number=record.receipt_number,
        items=record.items,
    )
