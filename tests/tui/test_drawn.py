"""Letters, figures and codes made of blocks."""

import numpy as np
import pytest
import segno
import zxingcpp

from pos.tui.drawing import Pixels, glyph, half_blocks, has_glyph, word
from pos.tui.qr import QUIET_MODULES, qr_rows
from tests.support import screens
from tests.support.screens import blocks_of, open_counter
from tests.support.till_simulator import REQUEST_TEXT

FIGURES = "0123456789,"
CELL = (12, 24)


def photograph(rows: tuple[str, ...]) -> np.ndarray:
    """The rows as a camera sees them: dark ink on a light ground, a dark screen around."""
    width, height = CELL
    image = np.full((len(rows) * height, len(rows[0]) * width), 255, np.uint8)
    for row, text in enumerate(rows):
        for column, character in enumerate(text):
            for x1, y1, x2, y2 in blocks_of(character) or ():
                top, left = row * height, column * width
                image[
                    top + round(y1 * height) : top + round(y2 * height),
                    left + round(x1 * width) : left + round(x2 * width),
                ] = 0
    return np.pad(image, 40, constant_values=20)


@pytest.mark.parametrize("characters", [200, 395, 460, 530])
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
def test_a_request_is_read_from_the_screen(characters: int, size: tuple[int, int]) -> None:
    text = ("CKR1:" + "6BF$ZK7-X0A+9/:.Q%*EWLD" * 30)[:characters]
    rows = qr_rows(text, columns=size[0] - 34, rows=size[1])

    assert rows is not None
    assert len(rows) <= size[1]
    assert len({len(row) for row in rows}) == 1
    found = zxingcpp.read_barcodes(photograph(rows))
    assert [code.text for code in found] == [text]


def test_half_blocks_are_used_where_they_fit() -> None:
    rows = qr_rows("CKR1:ABC", columns=80, rows=24)

    assert rows is not None
    assert set("".join(rows)) <= set(" \u2580\u2584\u2588")
    size = len(list(segno.make_qr("CKR1:ABC", error="l", boost_error=False).matrix)) + 2 * QUIET_MODULES
    assert (len(rows[0]), len(rows)) == (size, -(-size // 2))


def test_a_code_without_room_is_not_drawn() -> None:
    assert qr_rows("A" * 800, columns=46, rows=24) is None


async def test_without_room_the_screen_says_what_to_do() -> None:
    async with open_counter(size=(80, 18)) as counter:
        await counter.press("72 . 0 enter enter")

        assert "이 화면에는 QR을 그릴 자리가 없습니다." in "\n".join(counter.text())


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_the_request_on_the_screen_is_the_one_that_core_made(size: tuple[int, int]) -> None:
    async with open_counter(size=size) as counter:
        await screens.request(counter)
        pixels = np.asarray(screens.picture(counter.app).convert("L"))

        assert [code.text for code in zxingcpp.read_barcodes(pixels)] == [REQUEST_TEXT]


def test_two_rows_of_pixels_make_one_row_of_text() -> None:
    assert half_blocks(("#.#", "##.", "..#")) == ("█▄▀", "  ▀")


def test_every_figure_is_drawn_in_both_sizes() -> None:
    for height in (Pixels.FIGURES, Pixels.LETTERS):
        for figure in FIGURES:
            rows = glyph(figure, height)
            assert len(rows) == height
            assert len({len(row) for row in rows}) == 1
    assert not has_glyph("원", Pixels.LETTERS)


def test_figures_cannot_be_taken_for_each_other() -> None:
    for height in (Pixels.FIGURES, Pixels.LETTERS):
        assert len({glyph(figure, height) for figure in FIGURES}) == len(FIGURES)


def test_the_largest_amount_fits_beside_its_label() -> None:
    assert len(word("100,000,000", Pixels.FIGURES)[0]) <= 80 - 1 - 9 - 4
    assert len(word("99,999,999", Pixels.FIGURES)[0]) <= 80 - 1 - 9 - 4
    assert len(word("100,000,000", Pixels.LETTERS)[0]) <= 100 - 1 - 9 - 4
