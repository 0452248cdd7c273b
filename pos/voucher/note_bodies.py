"""Entries about paper notes: taken at the counter, numbered, carried to the bank, credited.

A note whose code was scanned is a `payment.approved` over its bytes; these are about notes counted by hand, and about
what becomes of both afterwards. Imported from `pos.voucher.bodies`.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken(EntryBody):
    """Notes of one denomination were taken; they count with their face value, and what is too much goes back."""

    KIND: ClassVar[str] = "note.taken"

    sale_id: key.SaleId
    amount_won: key.AmountWon
    """Denomination times count."""
    business_date: key.BusinessDate
    receipt_number: key.ReceiptNumber
    issuer: key.IssuerCode
    program: key.ProgramId
    denomination_won: key.DenominationWon
    count: key.NoteCount
    serials: key.Serials | None = None
    """As far as they are known; the others are written down before the bank trip."""
    total_won: key.TotalWon | None = None
    tax: key.SplitOfTax | None = None
    """Of the whole sale; with the tender that completes it."""
    change_won: key.ChangeWon | None = None
    """Cash given back."""
    ruling: key.RulingOnChange | None = None
    marks: key.NoteMarks | None = None
    features_checked: key.FeaturesChecked | None = None
    """The security features that somebody looked at."""
    issue_year: key.IssueYear | None = None
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNumbered(EntryBody):
    """The numbers of notes that were taken without them."""

    KIND: ClassVar[str] = "note.numbered"

    entry: key.OtherEntry
    """The `note.taken` entry."""
    serials: key.Serials
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReported(EntryBody):
    """A note in the drawer is on a list of its issuer's that came after it: it does not go to the bank with others."""

    KIND: ClassVar[str] = "note.reported"

    entry: key.OtherEntry
    """By which it was taken."""
    serials: key.Serials
    """Its number alone."""
    reason: key.Reason
    """What it is reported for: `stolen`, `forged`, `void`, `redeemed` or `other`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesSubmitted(EntryBody):
    """Every numbered note of one programme in the drawer that nobody had reported was carried to the bank."""

    KIND: ClassVar[str] = "note.submitted"

    submission: key.SubmissionNumber
    issuer: key.IssuerCode
    program: key.ProgramId
    amount_won: key.AmountWon
    count: key.NoteTotal
    business_date: key.BusinessDate
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesCredited(EntryBody):
    """The bank's money for one submission arrived."""

    KIND: ClassVar[str] = "note.credited"

    submission: key.SubmissionNumber
    amount_won: key.AmountWon
    business_date: key.BusinessDate
    clerk: key.Clerk | None = None
