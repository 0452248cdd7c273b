"""What the counter sells and how it is paid without a code: items, money, sales that wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pos.core.catalogue_desk import CatalogueDesk
from pos.core.confirmations import Confirmations
from pos.core.counterparts import Counterparts
from pos.core.holds import Holds
from pos.core.items import Items
from pos.core.merchant_qr import MerchantQr
from pos.core.note_bank import NoteBank
from pos.core.notes import Notes
from pos.core.receipts import Receipts
from pos.core.scanned_notes import ScannedNotes
from pos.core.tenders import Tenders
from pos.link.calls import (
    AddItem,
    AnyAnswer,
    CheckNextNotes,
    HoldCall,
    ItemCall,
    ListNotePrograms,
    ListQuickKeys,
    ListSuspended,
    NoteCall,
    PayOther,
    ResumeSale,
    ShowMerchantQr,
    SuspendSale,
    TakeItemBack,
    TakeNotes,
)
from pos.till.catalogue import CatalogueWords
from pos.till.merchant_qr import PaymentCode


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleDesk:
    """Answers the screen's calls about the open sale."""

    tenders: Tenders
    merchant_qr: MerchantQr
    items: Items
    catalogue: CatalogueDesk
    holds: Holds
    notes: Notes
    scanned: ScannedNotes
    bank: NoteBank
    confirmations: Confirmations

    @classmethod
    def of(
        cls,
        at: Counterparts,
        *,
        receipts: Receipts,
        state_dir: Path,
        staging: Path,
        words: CatalogueWords,
        codes: Mapping[str, PaymentCode],
    ) -> "SaleDesk":
        """The desk of one till."""
        notes = Notes(at)
        merchant_qr = MerchantQr(at=at, codes=codes)
        catalogue = CatalogueDesk(at, state_dir=state_dir, staging=staging, words=words)
        return cls(
            tenders=Tenders(at, merchant_qr),
            merchant_qr=merchant_qr,
            items=Items(counter=at.counter, catalogue=catalogue),
            catalogue=catalogue,
            holds=Holds(at, program_name=receipts.program_name),
            notes=notes,
            scanned=ScannedNotes(at, notes),
            bank=NoteBank(at),
            confirmations=Confirmations(at),
        )

    def answer(self, call: ItemCall | HoldCall | NoteCall | PayOther | ShowMerchantQr) -> AnyAnswer:
        match call:
            case PayOther():
                return self.tenders.pay(call)
            case ShowMerchantQr():
                return self.merchant_qr.show(call)
            case ListQuickKeys() | AddItem() | TakeItemBack():
                return self.items.answer(call)
            case SuspendSale() | ListSuspended() | ResumeSale():
                return self.holds.answer(call)
            case ListNotePrograms():
                return self.notes.programs()
            case CheckNextNotes():
                return self.notes.check_next()
            case TakeNotes():
                return self.notes.take(call)
            case _:
                return self.bank.answer(call)
