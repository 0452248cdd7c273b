"""What a cashier does at the till, whoever does it: the scenes know hands and nothing of links or keys.

Rules: each act comes to its end before it returns; an act that the till refuses and that the scene did not expect to be
refused raises DemoError; what an act led to is looked up by the scene, not told by the hands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from pos.link.state import QuestionKind, TillState, VerdictView

ALL, PART = 1, 2
GO_ON: Final = 1
"""The first answer to a question is always the one that goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may use the till, and the PIN that they have in their head."""

    number: int
    name: str
    role: str
    pin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperNotes:
    """Notes of one denomination, as they are handed over."""

    value_won: int
    count: int
    serial: str = ""
    """Of a torn note, which counts at the lowest value that can be read."""


class Hands(Protocol):
    """The cashier's hands."""

    def wait_until(self, condition: Callable[[TillState], bool], what: str, within_s: float) -> TillState: ...

    def look(self) -> TillState:
        """The till as it stands."""
        ...

    def core_is_back(self) -> None:
        """The till was without power and shows itself again."""
        ...

    def saw(self, verdict: VerdictView) -> None:
        """The verdict was on the screen."""
        ...

    # People and the day

    def come(self, person: Person, pin: str = "") -> bool:
        """Relieve whoever is at the till; False where the PIN was wrong."""
        ...

    def open_day(self) -> None:
        """With the float that is proposed."""
        ...

    def close_day(self, counted_won: int) -> None: ...

    def practise(self, *, is_begun: bool) -> None: ...

    def print_interim(self) -> None: ...

    def look_at_owners_page(self, sold_won: int) -> None:
        """It says that so much was sold today."""
        ...

    def print_year(self, year: int) -> None:
        """The page for the tax return, over a whole year."""
        ...

    def carry_to_safe(self, amount_won: int, *, allowed_by: Person) -> None:
        """Not a clerk's right: somebody else allows it."""
        ...

    def open_drawer(self) -> None: ...

    # Selling

    def enter(self, amount_won: int) -> None: ...

    def choose_items(self, *keys: int) -> None: ...

    def answer(self, kind: QuestionKind, choice: int) -> None: ...

    def take_cash(self, amount_won: int) -> None: ...

    def take_card_elsewhere(self) -> None:
        """All that is left, at the card company's own terminal."""
        ...

    def take_notes(self, notes: PaperNotes) -> None: ...

    def ask_phone(self) -> str:
        """Show the payment request for what is left; its text."""
        ...

    def put_aside(self) -> None: ...

    def call_back(self) -> None:
        """The first of the sales put aside."""
        ...

    def leave_refused(self) -> None:
        """Put the refusal away and leave the sale, in which nothing is paid."""
        ...

    # After the sale

    def cancel_last(self) -> None: ...

    def give_back(self, receipt_number: str, amount_won: int) -> None:
        """A part of a sale, by its receipt's number; 0 for all that is left."""
        ...

    def ask_cash_receipt(self, digits: str) -> None:
        """For the last sale, for the income deduction."""
        ...

    def show_last_receipt(self) -> str:
        """The last sale's receipt code on the screen, for a customer who wants no paper; its text."""
        ...

    def print_last_again(self) -> None: ...

    def answer_remote(self, *, is_accepted: bool) -> None:
        """The oldest order or payment from elsewhere; refused because it is sold out."""
        ...

    def number_and_submit_notes(self, serials: tuple[str, ...]) -> None:
        """Write the missing numbers down and take all notes to the bank; its money comes."""
        ...

    def print_evidence(self) -> None:
        """Of the first payment that somebody made twice."""
        ...

    def send_now(self) -> None: ...

    def close(self) -> None: ...
