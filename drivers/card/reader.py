"""The seam of a card reader, and a reader from its address.

    pcsc:[NAME]     the first PC/SC reader whose name has NAME in it; needs pcscd and pyscard
    none            no reader

Rules: a reader or a service that is absent is a fault with a sentence, raised when a card is looked for; an address
with a mistake is refused at once. Leaves to others: what is asked of a card.
"""

from contextlib import AbstractContextManager
from typing import Final, Protocol

from drivers.card.apdu import Channel
from drivers.errors import DeviceSetupError

SCHEME: Final = "pcsc"


class CardReader(Protocol):
    """Something that cards are laid on or put into."""

    def card(self) -> AbstractContextManager[Channel] | None:
        """A channel to the card that is there now, closed at the end; None where there is none. Raises DeviceError."""
        ...


def open_card_reader(url: str) -> CardReader | None:
    """The reader at an address, present or not; None for none. Raises DeviceSetupError."""
    scheme, colon, name = url.partition(":")
    if url == "none":
        return None
    if scheme != SCHEME or not colon:
        raise DeviceSetupError(f"card reader address {url!r}: wants pcsc:, pcsc:NAME or none")
    from drivers.card.pcsc import PcscReader

    return PcscReader(name)
