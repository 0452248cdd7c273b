"""Questions to the cashier, and the states in which nothing can be sold."""

from typing import Final, assert_never

from pos.link.state import QuestionKind, QuestionView, SaleView, SellingStop
from pos.words.columns import short_number
from pos.words.en.note_questions import note_question
from pos.words.en.reasons import won
from pos.words.vocabulary import Asked, Stopped

_TO_CUSTOMER: Final = "Say: "
_CALL: Final = "If that does not help, call whoever looks after the terminal."


def question(view: QuestionView, sale: SaleView | None) -> Asked:
    match view.kind:
        case QuestionKind.PART_PAYMENT:
            return Asked(
                title=f"Take only {won(view.amount_won)}?",
                detail=f"{won(view.difference_won)} will remain",
                customer=f"{_TO_CUSTOMER}How would you like to pay the other {won(view.difference_won)}?",
                choices=("Take this much", "Leave it"),
            )
        case QuestionKind.CODE_AMOUNT:
            return Asked(
                title=f"Take {won(view.amount_won)}?",
                detail="No amount was typed; this is the code's own",
                customer=f"{_TO_CUSTOMER}Shall I take {won(view.amount_won)}?",
                choices=("Take it", "Leave it"),
            )
        case QuestionKind.PRINT_UNKNOWN:
            return Asked(
                title="Did the receipt come out whole?",
                detail=f"Receipt {short_number(view.receipt_number)}: look at the paper",
                customer="",
                choices=("Yes, it did", "No, print again", "Later"),
            )
        case QuestionKind.PAPER_LOADED:
            return Asked(
                title=f"{view.count} receipts waited",
                detail="Print what waited for paper?",
                customer="",
                choices=("Print all", "Only the last", "Print none"),
            )
        case QuestionKind.PRINT_RECEIPT:
            return Asked(
                title="Print the receipt?",
                detail="Enter prints it. Typing the next amount does not",
                customer=f"{_TO_CUSTOMER}Would you like the receipt?",
                choices=("Print", "Do not print"),
            )
        case QuestionKind.NOTE_CHECK | QuestionKind.NOTE_CONSECUTIVE | QuestionKind.NOTE_CHANGE:
            return note_question(view.kind, view)
        case QuestionKind.OPEN_SALE:
            due_won, paid_won = (sale.due_won, sale.paid_won) if sale is not None else (view.amount_won, 0)
            return Asked(
                title="A sale was not finished",
                detail=f"Before the power cut: {won(paid_won)} of {won(due_won)} received",
                customer="",
                choices=("Go on with it", "Cancel all"),
            )
        case QuestionKind.CUT_APPROVED:
            return Asked(
                title=f"{won(view.amount_won)} approved, then cut",
                detail=f"Receipt {short_number(view.receipt_number)}: do not take it again. How did it end?",
                customer=f"{_TO_CUSTOMER}Your payment is complete. You need not pay again.",
                choices=("Goods were given", "To be refunded", "Later"),
            )
        case _:
            assert_never(view.kind)


_RETIRED: Final = Stopped(
    headline="This terminal is retired",
    meaning="Another terminal has taken its place, or it was reported out of use.",
    to_do=("Leave it on until the remaining sales are sent.", "Call whoever looks after the terminal."),
)


_FULL: Final = Stopped(
    headline="No storage left",
    meaning="There is no room to record another sale. Every past sale is kept.",
    to_do=("Connect the network, then menu (*) 8 1 Send now.", _CALL),
)
_NEARLY_FULL: Final = Stopped(
    headline="Storage is nearly full",
    meaning="Only selling stops: sending and closing work. Every past sale is kept.",
    to_do=("Connect the network, then menu (*) 8 1 Send now.", _CALL),
)


_NOT_INSTALLED: Final = Stopped(
    headline="Not installed yet",
    meaning="Nothing is sold before the installation is over.",
    to_do=("Follow the steps on the screen.",),
)


def stopped(stop: SellingStop) -> Stopped:
    match stop:
        case SellingStop.DISK_FULL:
            return _FULL
        case SellingStop.DISK_NEARLY_FULL:
            return _NEARLY_FULL
        case SellingStop.DISK_READ_ONLY:
            return Stopped(
                headline="The storage cannot be written",
                meaning="It can only be read. Every past sale is kept.",
                to_do=("Switch the terminal off and on.", _CALL),
            )
        case SellingStop.DISK_FAULT:
            return Stopped(
                headline="The storage has failed",
                meaning="It does not answer, so selling has stopped.",
                to_do=("Leave it plugged in and switch the terminal off and on.", _CALL),
            )
        case SellingStop.DATABASE_NEWER:
            return Stopped(
                headline="This program is too old",
                meaning="The records were written by a newer program. They were not touched.",
                to_do=("The terminal's program has to be updated.", "Call whoever looks after the terminal."),
            )
        case SellingStop.JOURNAL_DAMAGED:
            return Stopped(
                headline="The sales record is damaged",
                meaning="It is not what was written, so nothing more is written to it.",
                to_do=("Leave the terminal on and call whoever looks after it.",),
            )
        case SellingStop.OUTCOME_UNKNOWN:
            return Stopped(
                headline="Was the last sale recorded?",
                meaning="Selling has stopped until that is known.",
                to_do=("Switch the terminal off and on; it will tell.", "Do not take that payment again before."),
            )
        case SellingStop.JOURNAL_BEHIND:
            return Stopped(
                headline="Past sales are being fetched back",
                meaning="The settlement centre has sales that this terminal has lost.",
                to_do=("Keep the network connected; it goes on by itself.", _CALL),
            )
        case SellingStop.JOURNAL_FORKED:
            return Stopped(
                headline="There are two sales records",
                meaning="The settlement centre's record and this terminal's differ.",
                to_do=("The terminal has to be registered again.", "Call whoever looks after the terminal."),
            )
        case SellingStop.TERMINAL_RETIRED:
            return _RETIRED
        case SellingStop.NOT_INSTALLED:
            return _NOT_INSTALLED
        case SellingStop.TRUST_MISSING:
            return Stopped(
                headline="The list of issuers is missing",
                meaning="Without it nobody can tell which vouchers are real.",
                to_do=("Connect the network, then menu (*) 8 1 Send now.", _CALL),
            )
        case _:
            assert_never(stop)
