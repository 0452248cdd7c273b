"""What the screen and the command line may ask of core about items and about sales that wait."""

import msgspec

from pos.link.base_calls import Answer, Call, Done, Refused


class QuickKey(msgspec.Struct, frozen=True, kw_only=True):
    """An article on a quick key."""

    key: int
    name: str
    price_won: int
    """0: the amount is typed."""
    is_exempt: bool


class QuickKeyPage(Answer, frozen=True, kw_only=True):
    keys: tuple[QuickKey, ...]


class SuspendedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A sale put aside."""

    sale_id: bytes
    hold_number: int
    time_s: int
    total_won: int
    paid_won: int
    first_item: str = ""


class SuspendedPage(Answer, frozen=True, kw_only=True):
    lines: tuple[SuspendedLine, ...]


class CatalogueProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a catalogue that is wrong; `kind` is a value of `pos.till.catalogue.ProblemKind`."""

    line: int
    kind: str
    text: str


class CatalogueAnswer(Answer, frozen=True, kw_only=True):
    """What became of a catalogue: in use where there is no problem, otherwise the one before stays."""

    articles: int
    problems: tuple[CatalogueProblem, ...] = ()


class BroughtCatalogue(Answer, frozen=True, kw_only=True):
    """The catalogue that a memory stick brought, beside the one in use; nothing has changed yet."""

    digest: str = ""
    """Which file it is; empty where none was brought."""
    brought_s: int = 0
    articles: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    problems: tuple[CatalogueProblem, ...] = ()
    """Where there are any, it cannot be used."""


class ListQuickKeys(Call[QuickKeyPage], frozen=True, kw_only=True):
    pass


class AddItem(Call[Done | Refused], frozen=True, kw_only=True):
    """One more of the article on this quick key, or of this barcode; `price_won` where its price is typed."""

    key: int = 0
    barcode: str = ""
    is_again: bool = False
    """One more of what was added last."""
    price_won: int = 0


class TakeItemBack(Call[Done | Refused], frozen=True, kw_only=True):
    """One less of the article that was added last."""


class SuspendSale(Call[Done | Refused], frozen=True, kw_only=True):
    """Put the open sale aside."""


class ListSuspended(Call[SuspendedPage], frozen=True, kw_only=True):
    pass


class ResumeSale(Call[Done | Refused], frozen=True, kw_only=True):
    """Go on with a sale that was put aside."""

    sale_id: bytes


class LookAtCatalogue(Call[BroughtCatalogue | Refused], frozen=True, kw_only=True):
    """What a memory stick brought."""


class TakeCatalogue(Call[CatalogueAnswer | Refused], frozen=True, kw_only=True):
    """Use what a memory stick brought from now on, if it is still the file that was looked at."""

    digest: str


class ImportCatalogue(Call[CatalogueAnswer | Refused], frozen=True, kw_only=True):
    """Use this file from now on, if every line of it is right."""

    content: bytes
    is_trial: bool = False
    """Only look at it."""
