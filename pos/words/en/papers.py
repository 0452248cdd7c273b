"""Words about papers that are asked for, in English; what each stands for is in `pos.words.papers`."""

from typing import Final

from pos.words.papers import PaperLabels

PAPER_LABELS: Final = PaperLabels(
    reported_note="Number {serial}: not to the bank",
    reported_note_lines=("Keep it apart and call {issuer}",),
    reported_note_choices=("Print it", "I have read it"),
    decline_slip="Print a slip",
    slip_waits="The slip is being printed",
    sold_at="Sold at till {till}: cancel it there",
    electronic="Electronic",
    consent_title="A receipt by QR instead of paper?",
    consent_lines=("To the customer: would you like the receipt by QR?",),
    consent_choices=("Yes, electronic", "No, on paper"),
    electronic_lines=("The customer photographs it",),
    on_paper="It comes on paper",
    cash_choices=("Show the receipt", "Cancel the cash receipt"),
    cash_cancel_title="Why is the cash receipt cancelled?",
    cash_reasons=("Sale cancelled", "Issued by mistake", "Other"),
    cash_cancelled="Cancellation asked for. It can be issued again",
    period_kinds=("Month", "Quarter", "Half-year", "Year"),
    period_lines=(
        "Year and month together (202611)",
        "Year and quarter together (20264)",
        "Year and half together (20262)",
        "The year (2026)",
    ),
    no_period="There is no such period",
    no_moment="There is no such time",
)
