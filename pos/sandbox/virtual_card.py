"""A card in the virtual reader of vsmartcard (`vpcd`): the far end of its TCP connection is the card.

Each message is its length (two bytes, big-endian) and its bytes; one byte alone is a control: 0 power off, 1 power on,
2 reset, 4 the answer to reset is wanted. Everything else is an APDU and is answered by one.
"""

import socket
import struct
import threading
from typing import Final

from pos.sandbox.wallet.card import ATR, WalletCard

VPCD_PORT: Final = 35_963
_ANSWER_TO_RESET: Final = 4


class VirtualCard:
    """Lays a card on the virtual reader; `take_away` ends that."""

    def __init__(self, card: WalletCard, *, port: int = VPCD_PORT) -> None:
        self._card = card
        self._link = socket.create_connection(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, name="virtual card", daemon=True)
        self._thread.start()

    def take_away(self) -> None:
        self._link.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._link.close()

    def _serve(self) -> None:
        while (message := self._receive()) is not None:
            if len(message) > 1:
                self._send(self._card.transmit(message))
            elif message == bytes((_ANSWER_TO_RESET,)):
                self._send(ATR)
            else:
                self._card.reset()

    def _receive(self) -> bytes | None:
        head = self._exactly(2)
        return self._exactly(struct.unpack(">H", head)[0]) if head else None

    def _exactly(self, count: int) -> bytes:
        """That many bytes; none where the reader is gone."""
        data = b""
        while len(data) < count:
            try:
                more = self._link.recv(count - len(data))
            except OSError:
                return b""
            if not more:
                return b""
            data += more
        return data

    def _send(self, data: bytes) -> None:
        self._link.sendall(struct.pack(">H", len(data)) + data)
