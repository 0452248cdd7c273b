"""Words about papers that are asked for: slips of refusals, electronic receipts, reports over a period."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLabels:
    """What a language says about them. Patterns have one figure or name in braces."""

    reported_note: str
    """{serial}: a note in the drawer that was reported after it was taken."""
    reported_note_lines: tuple[str, ...]
    """{issuer}: what to do with it."""
    reported_note_choices: tuple[str, str]
    """Print, read."""
    decline_slip: str
    """A label of at most 12 columns, as `electronic`."""
    slip_waits: str
    sold_at: str
    """{till}: where a receipt has to be taken back."""
    # the electronic receipt
    electronic: str
    consent_title: str
    consent_lines: tuple[str, ...]
    consent_choices: tuple[str, str]
    """Electronic, paper."""
    electronic_lines: tuple[str, ...]
    """Beside the code, below shop, time and amount."""
    on_paper: str
    # a cash receipt that is taken back alone
    cash_choices: tuple[str, str]
    """Show the sale's receipt, take the cash receipt back."""
    cash_cancel_title: str
    cash_reasons: tuple[str, str, str]
    """In the order of `CashReceiptReason`."""
    cash_cancelled: str
    # a report over a period
    period_kinds: tuple[str, str, str, str]
    """Month, quarter, half-year, year."""
    period_lines: tuple[str, str, str, str]
    """What to type for each."""
    no_period: str
    no_moment: str
