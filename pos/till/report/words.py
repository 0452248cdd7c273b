"""The words of reports, in one language. Values live in `pos.words`; the fields say what each stands for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """Everything that a report says by itself; {number} is filled in."""

    title_closing: str
    title_interim: str
    title_period: str
    former: str
    """Above the papers of the terminal whose place this one took; {terminal}."""
    training_banner: str
    business_number: str
    representative: str
    business_date: str
    period: str
    opened: str
    made: str
    clerk: str
    closings: str
    """Of a period: how many."""
    closings_range: str
    """{first} and {last} numbers."""
    # money
    sales: str
    refunds: str
    net_sales: str
    customers: str
    persons: str
    """{number} of customers."""
    average: str
    """Net sales for each customer."""
    items: str
    """{number} of pieces that were rung up."""
    given_up: str
    """Sales given up after something was paid."""
    count: str
    """ "{number}" of something."""
    tax_title: str
    taxable: str
    vat: str
    exempt: str
    service: str
    # tenders
    tenders_title: str
    voucher: str
    confirmation: str
    paper: str
    """A paper note."""
    cash: str
    other: str
    methods: tuple[str, str, str, str]
    """What "other" was, in the order of `TenderMethod`."""
    unconfirmed_title: str
    pieces: str
    """{number} notes of one value."""
    coins: str
    """{number} coins of one value."""
    refunds_title: str
    cash_receipts_title: str
    for_deduction: str
    for_expense: str
    self_issued: str
    """For buyers who gave no number."""
    cash_receipt_cancelled: str
    # the drawer
    drawer_title: str
    drawer_float: str
    drawer_sales: str
    drawer_in: str
    drawer_out: str
    drawer_change: str
    drawer_refunds: str
    drawer_expected: str
    drawer_counted: str
    drawer_not_counted: str
    drawer_difference: str
    # people
    people_title: str
    nobody: str
    """Without a person."""
    cancels: str
    person_refunds: str
    drawer_openings: str
    reprints: str
    below_ratio: str
    no_serial: str
    wrong_pins: str
    training_sales: str
    # end
    receipts: str
    """{first} and {last} receipt number of the day."""
    entries: str
    """{first} and {last} entry of the journal."""
    waiting: str
    """{number} entries that the ledger does not have yet."""
    waiting_at_closing: str
    """{number} entries that it did not have before the closing."""
    waiting_payments: str
    """Payments among those."""
    unissued: str
    """{number} of cash receipts."""
    all_sent: str
    all_sent_before_closing: str
    equals_closings: str
    """Below a period: that it is the sum of its closings."""
