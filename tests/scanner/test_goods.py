"""Barcodes of goods in the camera's picture, drawn by an independent generator and spoilt as a hand does it."""

from io import BytesIO

import barcode
import cv2
import numpy as np
import pytest
from barcode.writer import ImageWriter
from PIL import Image

from drivers.camera.frame import Grey
from pos.scanner.goods import Goods, goods_in
from pos.scanner.rescuers import InlineRescuer
from pos.scanner.stream import StreamDecoder
from pos.scanner.watch import Scanned, Sighting, Watch

WIDTH, HEIGHT = 1280, 720
DRAWN = {
    "ean13": ("8801234567893", "8801234567893"),
    "ean8": ("96385074", "96385074"),
    "upca": ("036000291452", "036000291452"),
    "code128": ("SHOP0042", "SHOP0042"),
}


def drawn(kind: str, number: str) -> Grey:
    """The barcode as python-barcode draws it."""
    file = BytesIO()
    options = {"module_width": 0.3, "module_height": 15.0, "quiet_zone": 4.0, "write_text": False, "dpi": 254}
    barcode.get(kind, number, writer=ImageWriter()).write(file, options)
    return np.asarray(Image.open(file).convert("L"), dtype=np.uint8)


def before_camera(picture: Grey, *, tilt_degrees: float = 0.0, blur: float = 0.0, noise: float = 3.0) -> Grey:
    """The picture lying on a counter, a little turned, a little out of focus."""
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt_degrees, 1.0)
    turn[:, 2] += (WIDTH / 2 - width / 2, HEIGHT / 2 - height / 2)
    frame = cv2.warpAffine(picture, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_CONSTANT, borderValue=190.0)
    if blur:
        frame = cv2.GaussianBlur(frame, (0, 0), blur)
    shaken = frame.astype(np.float64) + np.random.default_rng(7).normal(0.0, noise, frame.shape)
    return np.asarray(np.clip(shaken, 0, 255), dtype=np.uint8)


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize(("tilt", "blur"), [(1.0, 0.3), (8.0, 0.8), (-14.0, 0.6), (90.0, 0.5), (180.0, 0.8)])
def test_barcodes_of_goods_are_read_tilted_and_blurred(kind: str, tilt: float, blur: float) -> None:
    number, expected = DRAWN[kind]

    read = goods_in(before_camera(drawn(kind, number), tilt_degrees=tilt, blur=blur))

    assert [text.lstrip("0") for text in read] == [expected.lstrip("0")]


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("tilt", [0.0, 90.0, 180.0, 270.0])
@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_a_barcode_that_lies_straight_between_two_pixels_is_read(kind: str, tilt: float, noise: float) -> None:
    number, expected = DRAWN[kind]

    read = goods_in(before_camera(drawn(kind, number), tilt_degrees=tilt, noise=noise))

    assert [text.lstrip("0") for text in read] == [expected.lstrip("0")]


def test_a_number_is_believed_when_two_looks_read_it() -> None:
    one, other = (before_camera(drawn("ean13", number)) for number in ("8801234567893", "4006381333931"))
    empty: Grey = np.full((HEIGHT, WIDTH), 190, dtype=np.uint8)
    goods = Goods()

    assert [goods.look(grey) for grey in (one, other, one, empty, empty, empty, other)] == [
        (),
        (),
        ("8801234567893",),
        (),
        (),
        (),
        (),
    ], "read once, or once long ago, is not enough"


def test_a_number_whose_check_digit_does_not_fit_is_no_barcode() -> None:
    good = before_camera(drawn("ean13", "8801234567893"))
    row = good[HEIGHT // 2]
    left, right = np.flatnonzero(row < 90)[[0, -1]]
    wrong = good.copy()
    # The last digit but one becomes another: its seven modules are turned round, its check digit stays.
    module = (right - left + 1) / 95
    start, end = (round(left + module * at) for at in (78, 85))
    wrong[:, start:end] = 255 - wrong[:, start:end]

    assert goods_in(good) == ("8801234567893",)
    assert "8801234567893" not in goods_in(wrong)


def test_goods_are_looked_for_only_where_they_are_wanted_and_counted_once() -> None:
    frame = before_camera(drawn("ean13", "8801234567893"), blur=0.5)
    unwanted, wanted, watch = StreamDecoder(InlineRescuer()), StreamDecoder(InlineRescuer()), Watch()
    empty: Grey = np.full((HEIGHT, WIDTH), 190, dtype=np.uint8)
    scans = []
    for number, grey in enumerate([frame] * 40 + [empty] * 40 + [frame] * 10):
        assert unwanted.feed(grey).barcodes == ()
        report = wanted.feed(grey, wants_goods=True)
        assert report.texts == ()
        sighting = Sighting(captured_s=number / 15, barcodes=report.barcodes)
        scans += [event for event in watch.follow(sighting) if isinstance(event, Scanned)]

    assert [(scan.text, scan.is_barcode) for scan in scans] == [("8801234567893", True)] * 2


def test_a_payment_code_is_read_first_while_goods_are_looked_for() -> None:
    encoder = cv2.QRCodeEncoder.create()
    code = cv2.resize(encoder.encode("CKP1:" + "A1B2" * 60), None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST)
    both = before_camera(np.asarray(code, dtype=np.uint8))
    goods = drawn("ean13", "8801234567893")
    both[: goods.shape[0], : goods.shape[1]] = goods

    report = StreamDecoder(InlineRescuer()).feed(both, wants_goods=True)

    assert len(report.texts) == 1
    assert report.barcodes == ()
