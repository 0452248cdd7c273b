"""Every sentence stands whole on the smallest screen, in both languages, and can be read."""

import msgspec
import pytest
from textual.color import Color
from textual.geometry import Offset

from pos.link.state import Outcome, VerdictView
from pos.till.reasons import Reason
from pos.tui.drawing import Pixels, glyph, word
from pos.tui.face import Look
from pos.tui.widgets.band import BandPanel
from pos.tui.widgets.drawn import Drawn, Edge
from pos.tui.widgets.line import Line
from pos.words import words_for
from pos.words.columns import columns_of
from tests.support.screens import SCENES, Counter, open_counter
from tests.support.till_simulator import NOON_S, outcome_of

TEXT_CONTRAST, DRAWN_CONTRAST = 7.0, 10.0
SEVEN_INCH_PANEL_MM = 86.0
"""Height of the picture of a 7-inch panel of 16:9."""
LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])


def verdict(serial: int, reason: Reason) -> VerdictView:
    return VerdictView(
        serial=serial,
        outcome=outcome_of(reason),
        reason=reason,
        amount_won=11_000,
        difference_won=1_000,
        limit_won=50_000,
        limit_count=100,
        program_name="시루",
        earlier_receipt_number="1122-0101",
        earlier_time_s=NOON_S - 60,
        earlier_amount_won=12_000,
        foreign_kind="unknown",
        foreign_length=23,
        foreign_head="WIFI:S:moonlight;T:WPA;",
        may_show_again=serial % 2 == 0,
        time_s=NOON_S,
    )


@LANGUAGES
async def test_every_reason_stands_whole_on_the_smallest_screen(language: str) -> None:
    words = words_for(language)
    async with open_counter(language=language) as counter:
        await counter.press("12 . 0 enter")
        for serial, reason in enumerate(Reason, start=100):
            view = verdict(serial, reason)
            await counter.change(verdict=view)

            advice, screen = words.verdict(view), "\n".join(counter.text())
            lines = (advice.headline, advice.detail, *advice.more, advice.again, advice.customer, advice.next_step)
            assert [line for line in lines if line not in screen] == [], reason


@LANGUAGES
async def test_the_widest_amounts_stand_whole(language: str) -> None:
    words = words_for(language)
    async with open_counter(language=language) as counter:
        await counter.press("100000000 enter")
        for serial, reason in enumerate((Reason.PART_PAYMENT, Reason.AMOUNT_OVER, Reason.ALREADY_USED), start=100):
            wide = {"amount_won": 99_999_999, "difference_won": 99_999_999, "earlier_amount_won": 99_999_999}
            view = msgspec.structs.replace(verdict(serial, reason), **wide)
            await counter.change(verdict=view)

            advice, screen = words.verdict(view), "\n".join(counter.text())
            lines = (advice.headline, advice.detail, *advice.more, advice.customer)
            assert [line for line in lines if line not in screen] == [], reason


@pytest.mark.parametrize("scene", SCENES)
async def test_no_line_is_clipped_and_every_cell_can_be_read(scene: str) -> None:
    async with open_counter() as counter:
        await SCENES[scene](counter)
        assert (clipped(counter), faint(counter)) == ([], [])

        counter.app.switch_language()
        await counter.settle()
        assert (clipped(counter), faint(counter)) == ([], [])


def clipped(counter: Counter) -> list[str]:
    """Lines with more rows or columns than their place."""
    found = []
    for line in counter.app.screen.query(Line):
        if line.region:
            rows = str(line.render()).split("\n")
            size = line.content_size
            if len(rows) > size.height or any(columns_of(row) > size.width for row in rows):
                found.append(str(line.render()))
    return found


def faint(counter: Counter) -> list[str]:
    """Cells whose ink does not stand out enough from their ground."""
    found = []
    screen = counter.app.screen
    for row, strip in enumerate(screen._compositor.render_strips()):
        column = 0
        for segment in strip:
            style = segment.style
            if segment.text.strip() and style is not None and style.color and style.bgcolor:
                widget, _ = screen.get_widget_at(*Offset(column, row))
                wanted = DRAWN_CONTRAST if isinstance(widget, Drawn) else TEXT_CONTRAST
                ink, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
                if not isinstance(widget, Edge) and contrast(ink, ground) < wanted:
                    found.append(f"{contrast(ink, ground):.1f} {segment.text!r}")
            column += segment.cell_length
    return found


def contrast(ink: Color, ground: Color) -> float:
    """WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """WCAG 2.2, "relative luminance"."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, color.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


async def test_the_three_verdicts_differ_in_word_sign_and_edge_without_colour() -> None:
    words = words_for("ko")
    drawn = {words.verdict_word(outcome) for outcome in Outcome}
    signs = {glyph(sign, Pixels.LETTERS) for sign in ("circle", "cross", "diamond")}
    assert len(drawn) == len(signs) == 3

    edges = set()
    async with open_counter() as counter:
        for serial, outcome in enumerate(Outcome, start=100):
            reason = "" if outcome is Outcome.APPROVED else Reason.EXPIRED
            await counter.change(verdict=VerdictView(serial=serial, outcome=outcome, reason=reason, time_s=NOON_S))
            band = counter.app.screen.query_one(BandPanel)
            ground = band.query_one("#band-body").styles.background
            edges.add((band.query(Edge).first().pattern, round(luminance(ground), 1)))
    assert len(edges) == 3, "hatched, light, dark"


async def test_on_a_seven_inch_kiosk_the_verdict_and_the_amount_are_seen_from_afar() -> None:
    for size in ((80, 24), (100, 30)):
        async with open_counter(size=size) as counter:
            await SCENES["approved"](counter)
            row_mm = SEVEN_INCH_PANEL_MM / size[1]
            drawn = counter.app.screen.query_one("#word", Drawn)
            figures = counter.app.screen.query_one("#figures", Drawn)

            assert ink_rows(drawn) * row_mm >= 25
            assert ink_rows(figures) * row_mm >= 12


def ink_rows(drawn: Drawn) -> float:
    """Rows between the first and the last with ink."""
    rows = [index for index, row in enumerate(str(drawn.render()).split("\n")) if row.strip()]
    return rows[-1] - rows[0] + 1


def test_the_look_of_every_verdict_has_a_style() -> None:
    assert {Look.APPROVED, Look.DECLINED, Look.REFERRED} < set(Look)
    assert all(len(word(text, Pixels.FIGURES)) == Pixels.FIGURES for text in ("1,234,567,890",))


async def test_a_screen_that_is_too_small_says_so() -> None:
    async with open_counter(size=(60, 24)) as counter:
        assert "80" in "\n".join(counter.text())
