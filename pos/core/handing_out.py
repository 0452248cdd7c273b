"""What customers take home on request: a slip about a declined code, and the receipt in the form that they agreed to.

Rules:

- an electronic receipt is given only to a customer who agreed (VAT decree section 73(9)2); that is an entry, and the
  paper that still waited is not printed;
- whoever did not agree has paper: what was held back is printed, what is out already is not printed twice.
"""

from dataclasses import dataclass
from typing import assert_never

from pos.core.decline_slips import slip_name
from pos.core.paper import Paper
from pos.core.receipts import Receipts
from pos.link.calls import Done, GiveReceipt, PrintDeclineSlip, Refused
from pos.till.reasons import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingOut:
    """Answers the screen about papers for customers."""

    receipts: Receipts
    paper: Paper

    def answer(self, call: PrintDeclineSlip | GiveReceipt) -> Done | Refused:
        match call:
            case PrintDeclineSlip(entry=entry):
                name = slip_name(entry)
                is_there = self.receipts.receipt(name, copy_number=1) is not None
                return self.paper.ask_for(name) if is_there else Refused(cause=Refusal.NOT_FOUND)
            case GiveReceipt(receipt_number=number, is_electronic=True):
                return self.paper.give_electronic(number)
            case GiveReceipt(receipt_number=number):
                return self.paper.give(number)
            case _:
                assert_never(call)
