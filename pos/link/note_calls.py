"""What the screen and the command line may ask of core about paper notes."""

import msgspec

from pos.link.base_calls import Answer, Call, Done, Refused


class NoteProgram(msgspec.Struct, frozen=True, kw_only=True):
    """Notes that are taken in this shop."""

    issuer: str
    program: str
    name: str
    denominations_won: tuple[int, ...]
    is_number_later: bool
    features: tuple[str, ...]
    oldest_year: int


class NoteProgramPage(Answer, frozen=True, kw_only=True):
    programs: tuple[NoteProgram, ...]


class NoteAsked(Answer, frozen=True, kw_only=True):
    """A person has to agree before the notes are taken; `ask` is a value of `pos.till.notes.NoteAsk`."""

    ask: str
    change_won: int = 0
    used_won: int = 0
    face_won: int = 0
    ratio_percent: int = 0
    features: tuple[str, ...] = ()


class DrawerLine(msgspec.Struct, frozen=True, kw_only=True):
    """Notes of one denomination that lie in the drawer."""

    issuer: str
    program: str
    name: str
    denomination_won: int
    count: int
    unnumbered: int
    reported: int
    """How many of them stay here because their numbers were reported."""


class UnnumberedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Notes that were taken together and whose numbers are missing."""

    entry: bytes
    name: str
    denomination_won: int
    count: int
    time_s: int


class SubmissionLine(msgspec.Struct, frozen=True, kw_only=True):
    """Notes that were carried to the bank."""

    number: int
    issuer: str
    name: str
    business_date: str
    count: int
    amount_won: int
    credited_date: str
    """Empty while the money has not come."""
    credited_won: int


class DrawerPage(Answer, frozen=True, kw_only=True):
    lines: tuple[DrawerLine, ...]
    unnumbered: tuple[UnnumberedLine, ...]
    submissions: tuple[SubmissionLine, ...]


class ExchangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the exchange sheet."""

    issuer: str
    program: str
    name: str
    denomination_won: int
    count: int
    amount_won: int
    serials: tuple[str, ...]
    unnumbered: int
    reported: tuple[str, ...]
    """Those of the numbers that were reported after the notes were taken: they stay here."""
    submission: int
    """0: in the drawer."""
    submitted_date: str
    credited_date: str


class ExchangePage(Answer, frozen=True, kw_only=True):
    lines: tuple[ExchangeLine, ...]


class ListNotePrograms(Call[NoteProgramPage], frozen=True, kw_only=True):
    pass


class TakeNotes(Call[Done | NoteAsked | Refused], frozen=True, kw_only=True):
    """Take notes of one denomination for the open sale; `agreed` repeats what a person has said yes to.
    `issue_year` 0: a note without a year; None: nobody looked."""

    issuer: str
    program: str
    denomination_won: int
    count: int
    serials: tuple[str, ...] = ()
    issue_year: int | None = None
    is_damaged: bool = False
    agreed: tuple[str, ...] = ()
    is_doubted: bool = False
    """The security features were looked at, and something was wrong: the notes are not taken."""


class CheckNextNotes(Call[Done | Refused], frozen=True, kw_only=True):
    """Ask for the security features of whatever note comes next."""


class ListDrawer(Call[DrawerPage], frozen=True, kw_only=True):
    pass


class NumberNotes(Call[Done | Refused], frozen=True, kw_only=True):
    """The numbers of notes that were taken without."""

    entry: bytes
    serials: tuple[str, ...]


class SubmitNotes(Call[Done | Refused], frozen=True, kw_only=True):
    """The notes of this programme in the drawer go to the bank."""

    issuer: str
    program: str


class CreditNotes(Call[Done | Refused], frozen=True, kw_only=True):
    """The bank's money for a submission arrived."""

    number: int
    amount_won: int


class ReadExchange(Call[ExchangePage], frozen=True, kw_only=True):
    """The exchange sheet: what is in the drawer, and what was submitted."""

    issuer: str = ""
