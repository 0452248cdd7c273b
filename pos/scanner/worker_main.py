"""The decoding worker: a process that starts, uses everything once, gives up its rights and then decodes.

Started by `pos.scanner.worker` with the shared memory's descriptor and the most characters that may leave in a text.
Rules: what is longer leaves as its length; nothing but answers is written; it ends when its input ends.
"""

import codecs
import gc
import mmap
import os
import sys
import threading
import time

import cv2
import msgspec
import numpy as np
import zxingcpp

from drivers.camera.frame import Grey, grey_from_encoded
from pos.scanner import segments, zbar
from pos.scanner.decode import EVERY_CODE, FIRST_CODE, decode_picture
from pos.scanner.goods import goods_in
from pos.scanner.jail import confine
from pos.scanner.messages import (
    LENGTH_BYTES,
    MESSAGE_BYTES_MAX,
    SHARED_BYTES,
    Decoded,
    DecodePicture,
    LookAtFrame,
    Looked,
    Ready,
    Request,
    framed,
    request_from,
)
from pos.scanner.rescuers import InlineRescuer, ThreadedRescuer
from pos.scanner.seccomp import end_with_parent
from pos.scanner.stream import StreamDecoder
from pos.scanner.variants import STREAM

MEMORY_BYTES = 768 * 1024 * 1024
_REQUESTS, _ANSWERS = 0, 1


class Decoding:
    """Answers requests about what lies in the shared memory."""

    def __init__(self, shared: memoryview, *, chars_max: int) -> None:
        self._shared = shared
        self._chars_max = chars_max
        self._camera = StreamDecoder(ThreadedRescuer())
        self._recording = StreamDecoder(InlineRescuer())

    def answer(self, request: Request) -> Looked | Decoded:
        match request:
            case LookAtFrame():
                return self._look(request)
            case DecodePicture():
                return self._decode(request)

    def _look(self, request: LookAtFrame) -> Looked:
        pixels = np.frombuffer(self._shared, dtype=np.uint8, count=request.width * request.height)
        if request.recorded_frame == 0:
            self._recording = StreamDecoder(InlineRescuer())
        decoder = self._camera if request.recorded_frame is None else self._recording
        started_ns = time.thread_time_ns()
        report = decoder.feed(pixels.reshape(request.height, request.width), wants_goods=request.wants_goods)
        texts, overlong = self._split(report.texts)
        return Looked(
            texts=texts,
            overlong_chars=overlong,
            is_located=report.is_located,
            hint=report.hint,
            barcodes=report.barcodes,
            cpu_us=_us_since(started_ns),
        )

    def _decode(self, request: DecodePicture) -> Decoded:
        grey = grey_from_encoded(bytes(self._shared[: request.size_bytes]))
        if grey is None:
            return Decoded(is_picture=False, cpu_us=0)
        started_ns = time.thread_time_ns()
        findings = decode_picture(grey, EVERY_CODE if request.every_code else FIRST_CODE)
        texts, overlong = self._split(tuple(code.text for code in findings.codes))
        return Decoded(is_picture=True, texts=texts, overlong_chars=overlong, cpu_us=_us_since(started_ns))

    def _split(self, texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Texts that may leave, and the lengths of those that may not."""
        fitting = tuple(text for text in texts if len(text) <= self._chars_max)
        return fitting, tuple(len(text) for text in texts if len(text) > self._chars_max)


def main() -> None:
    descriptor, chars_max, parent = (int(argument) for argument in sys.argv[1:4])
    if not end_with_parent(parent):
        return
    shared = mmap.mmap(descriptor, SHARED_BYTES, prot=mmap.PROT_READ)
    os.close(descriptor)
    use_everything_once()
    threading.excepthook = lambda _: os._exit(1)  # a rescue that fails must not leave a worker that never rescues
    decoding = Decoding(memoryview(shared), chars_max=chars_max)
    gc.freeze()
    jail = confine(memory_bytes=MEMORY_BYTES)
    ready = Ready(
        no_new_privileges=jail.no_new_privileges,
        filtered=jail.filtered,
        opens_nothing=jail.opens_nothing,
        connects_nowhere=jail.connects_nowhere,
        has_zbar=zbar.is_installed(),
    )
    _write(framed(ready))
    while (request := _next_request()) is not None:
        _write(framed(decoding.answer(request)))


def use_everything_once() -> None:
    """Runs every path, so that nothing is loaded from a file after files are out of reach."""
    for character_set in (*segments.CHARACTER_SETS.values(), "ascii", "idna"):
        codecs.lookup(character_set)
    whole = _drawn_symbol()
    spoilt = whole.copy()
    spoilt[whole.shape[0] // 2 :, whole.shape[1] // 2 :] = 128
    for grey in (whole, spoilt):
        for encoding in (".png", ".jpg", ".bmp", ".webp"):
            _, encoded = cv2.imencode(encoding, grey)
            grey_from_encoded(encoded.tobytes())
        findings = decode_picture(grey, EVERY_CODE)
        assert findings.codes or findings.located, "a drawn symbol is at least located"
        decoder = StreamDecoder(InlineRescuer())
        for _ in STREAM:
            decoder.feed(grey)
        goods_in(grey)


def _drawn_symbol() -> Grey:
    code = zxingcpp.create_barcode("CHAK " * 24, zxingcpp.BarcodeFormat.QRCode)
    return np.pad(np.array(code.to_image(scale=4, add_quiet_zones=True), dtype=np.uint8), 40, constant_values=255)


def _next_request() -> Request | None:
    length = int.from_bytes(_read(LENGTH_BYTES), "big")
    if not 0 < length <= MESSAGE_BYTES_MAX:
        return None
    try:
        return request_from(_read(length))
    except msgspec.DecodeError:
        return None


def _read(count: int) -> bytes:
    """The next bytes from the terminal; fewer where it ended."""
    data = b""
    while len(data) < count and (more := os.read(_REQUESTS, count - len(data))):
        data += more
    return data


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(_ANSWERS, data) :]


def _us_since(started_ns: int) -> int:
    return (time.thread_time_ns() - started_ns) // 1000


if __name__ == "__main__":
    main()
