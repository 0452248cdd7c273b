"""Cards on a reader: while a payment request is open, the card that is laid on is asked to pay it.

Rules: nothing is asked of a card while no request is open; a request is answered once; what a card gives goes to core
as a scan, and core judges it like one; a card that refuses, or a reader that is missing, holds up nothing: the
request's code is on the screen all the while.
"""

import logging
from threading import Event
from typing import Final

from drivers.card.apdu import Channel, ask, select
from drivers.card.reader import CardReader
from drivers.errors import DeviceError
from pos.devices.eyes import PushLink
from pos.link.calls import DevicesState, ScanSeen
from pos.voucher import card

POLL_S: Final = 0.25

log = logging.getLogger(__name__)


def serve_cards(link: PushLink, reader: CardReader, stopping: Event) -> None:
    """Ask cards until told to stop; LinkError when core goes away."""
    request, answered, said = "", "", ""
    while not stopping.is_set():
        push = link.next_push(POLL_S)
        if isinstance(push, DevicesState):
            request = push.request_text
        if not request or request == answered:
            continue
        try:
            text = _asked(reader, request)
        except DeviceError as fault:
            if str(fault) != said:
                log.warning("no card: %s", fault)
            said = str(fault)
            continue
        if text is not None:
            link.call(ScanSeen(text=text, length=len(text)))
            answered, said = request, ""


def _asked(reader: CardReader, request: str) -> str | None:
    """The payment that the card on the reader gives; None without a card, or where it does not pay."""
    opened = reader.card()
    if opened is None:
        return None
    with opened as channel:
        return pay(channel, request)


def pay(channel: Channel, request: str) -> str | None:
    """The text of the card's payment for a request's text, or None where the card does not pay. Raises DeviceError."""
    selected = select(channel, card.APPLICATION)
    if not selected.is_done or selected.data != card.VERSION:
        log.info("the card has no voucher application: %04x", selected.status)
        return None
    answer = ask(channel, card.CLASS, card.PAY, card.request_bytes(request))
    if not answer.is_done:
        log.info("the card does not pay: %04x", answer.status)
        return None
    return card.payment_text(answer.data)
