"""Words about items, money and paper notes: fixed ones, and patterns with figures in braces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WareLabels:
    """What the screens of items, other money, sales put aside and paper notes say."""

    # money
    tender_kinds: tuple[str, str, str, str, str]
    """Cash, card elsewhere, transfer, other, put the sale aside."""
    methods: tuple[str, str, str, str]
    """Card elsewhere, transfer, the shop's own QR, other: as the members of `TenderMethod` stand."""
    shop_code_lines: tuple[str, ...]
    """Beside the shop's own code."""
    shop_code_seen: str
    shop_code_typed: str
    """Of a code that does not say the amount."""
    shop_code_unnamed: str
    """Of a programme that nobody knows here."""
    change: str
    settled: str
    """{won} of the whole sale."""
    settled_change: str
    """{given} was handed over, {change} goes back."""
    after_cut: tuple[str, str]
    """A cut before the record."""
    last_recorded: str
    """{time}, {won}: the last sale that is on record."""
    # which way
    request_first: tuple[str, str]
    """What is due wants a request."""
    over_offline: tuple[str, str, str, str]
    """What is due is more than may be approved offline: request, paper, cash."""
    # items
    counter_title: str
    choose_items: str
    choose_held: str
    """{count} sales."""
    items_title: str
    items_sum: str
    """{count} pieces, {won}."""
    no_items: str
    typed_price: str
    price_title: str
    """{name}."""
    exempt: str
    take_back: str
    one_more: str
    """Of the last item."""
    catalogue_action: str
    """On the owner's page."""
    catalogue_title: str
    catalogue_none: tuple[str, ...]
    catalogue_brought: str
    """{moment}."""
    catalogue_holds: str
    """{count} articles."""
    catalogue_differs: tuple[str, str, str]
    """{count} articles are new, changed, gone."""
    catalogue_asks: str
    catalogue_take: str
    catalogue_leave: str
    catalogue_same: str
    catalogue_taken: str
    """{count} articles."""
    catalogue_taken_lines: tuple[str, ...]
    catalogue_wrong: str
    catalogue_fault: str
    """{line} of the file, {what} is wrong there."""
    catalogue_reads: str
    """{text} stands there."""
    catalogue_more: str
    """There are more faults than there is room for."""
    catalogue_repair: str
    held_title: str
    held_line: str
    """{number}, {time}, {won}."""
    held_paid: str
    """{won} of it is paid."""
    # notes
    notes_title: str
    """{name}."""
    choose_denomination: str
    count_title: str
    """{won} each."""
    count_line: str
    good_from: str
    """{year}."""
    note_options: tuple[str, str, str, str]
    """Torn note, year of issue, numbers now, look at the next note."""
    check_next: str
    """The next note, scanned or counted, will be asked about."""
    more: str
    torn_title: str
    torn_line: str
    year_title: str
    year_line: str
    serial_title: str
    """{number} of {count}."""
    serial_line: str
    check_title: str
    check_choices: tuple[str, str]
    consecutive_title: str
    consecutive_choices: tuple[str, str]
    change_title: str
    change_lines: tuple[str, str]
    """{used} of {face} was used, the ordinance says {ratio} per cent; {change} would go back."""
    change_choices: tuple[str, str]
    # the bank
    bank_title: str
    bank_empty: str
    bank_reported: str
    """{text} of the line, and {count} notes that stay here because they were reported."""
    bank_unnumbered: str
    """{name}, {won}, {count}."""
    bank_submit: str
    """{name}, {count}, {won}."""
    bank_credit: str
    """{number}, {name}, {won}, {date}."""
    bank_credited: str
    """{number}, {name}, {won}, {date}."""
    credit_title: str
    """{won} was submitted."""
