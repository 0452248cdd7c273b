"""Words about people and the shop's day: fixed ones, and patterns with one figure or name in braces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLabels:
    """What a language says about PINs, changes of clerk, opening, closing and reports."""

    # people
    login_title: str
    login_line: str
    allow_title: str
    allow_line: str
    pin_title: str
    """{name}"""
    pin_line: str
    pin_wait: str
    """{seconds}"""
    pin_new: str
    pin_again: str
    pin_differs: str
    number_free: str
    """A number that nobody has."""
    locked: str
    hand_over: str
    people_title: str
    person_add: str
    person_role: str
    person_roles: tuple[str, str, str, str]
    """Owner, manager, clerk, technician."""
    person_actions: tuple[str, str, str]
    """New PIN, other role, remove."""
    own_pin: str
    # the day
    menu_day: str
    menu_people: str
    menu_handover: str
    open_day: str
    close_day: str
    interim: str
    last_closing: str
    cash_in: str
    cash_out: str
    cash_in_reasons: tuple[str, str, str]
    cash_out_reasons: tuple[str, str, str]
    offer_opening: str
    """{won} of change."""
    offer_closing: str
    float_title: str
    float_line: str
    counted_title: str
    counted_lines: tuple[str, ...]
    by_pieces: str
    uncounted: str
    pieces_title: str
    """{won} of one banknote."""
    coins_title: str
    """{won} of one coin."""
    pieces_line: str
    """{won} so far."""
    closed_title: str
    """{number}"""
    closed_expected: str
    closed_counted: str
    closed_right: str
    closed_over: str
    """{won}"""
    closed_short: str
    closed_uncounted: str
    may_switch_off: str
    still_unsent: str
    """{count}"""
    still_printing: str
    day_opened: str
    print_report: str
    amount_won: str
    """{won}"""
    training_mark: str
    training_line: str
    # the owner
    menu_owner: str
    sold_today: str
    coming: str
    late: str
    loss_title: str
    lost_by_shop: str
    lost_by_issuers: str
    other_tills: str
    """{count} tills, {silent} of them not heard from"""
    may_take_more: str
    conflict_count: str
    conflicts: str
    conflicts_title: str
    borne_by_shop: str
    borne_by_issuer: str
    disk_days: str
    menu_cheat_sheet: str
    menu_training: str
    training_begun: str
    training_ended: str
    menu_period: str
    conflict_badge: str
