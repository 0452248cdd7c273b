"""Customer displays: what stands on a simulated one after the bytes that a real one would take."""

from __future__ import annotations

import os
import pty
import select
import tty
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.display.display import DisplayModel, Showing, open_display, showing_bytes
from drivers.display.simulated import SimulatedDisplay
from drivers.errors import DeviceMissingError, DeviceSetupError

PAID = Showing(upper="상품권", lower="12,000원")
PAID_ASCII = Showing(upper="VOUCHER", lower="12,000 WON")


def shown(model: DisplayModel, *showings: Showing) -> tuple[str, str]:
    display = SimulatedDisplay(model)
    for showing in showings:
        display.receive(showing_bytes(model, showing))
    assert display.refused == []
    return display.lines


@pytest.mark.parametrize("model", DisplayModel)
def test_two_lines_stand_where_they_belong(model: DisplayModel) -> None:
    assert shown(model, PAID_ASCII) == ("VOUCHER".ljust(20), "12,000 WON".ljust(20))


@pytest.mark.parametrize("model", [DisplayModel.ESCPOS_HANGUL, DisplayModel.CD5220_HANGUL])
def test_hangul_where_the_model_has_it(model: DisplayModel) -> None:
    upper, lower = shown(model, PAID)

    assert (upper.rstrip(), lower.rstrip()) == ("상품권", "12,000원")


@pytest.mark.parametrize("model", [DisplayModel.ESCPOS, DisplayModel.CD5220])
def test_a_common_display_never_gets_a_byte_of_hangul(model: DisplayModel) -> None:
    assert all(byte < 0x80 for byte in showing_bytes(model, PAID))
    assert shown(model, PAID_ASCII, PAID) == (" " * 20, " " * 20)


@given(st.sampled_from(DisplayModel), st.text(max_size=60), st.text(max_size=60))
def test_no_text_leaves_its_line_or_becomes_a_command(model: DisplayModel, upper: str, lower: str) -> None:
    first = shown(model, Showing(upper=upper, lower=lower))

    assert all(len(line.encode("cp949" if model.has_hangul else "latin-1")) == 20 for line in first)
    assert shown(model, Showing(upper=upper, lower=lower), PAID_ASCII) == shown(model, PAID_ASCII)


def test_over_a_serial_line_and_after_the_cable_was_out() -> None:
    near, far = pty.openpty()
    tty.setraw(far)
    simulated, now = SimulatedDisplay(DisplayModel.CD5220), [0.0]
    with closing(open_display(f"serial://{os.ttyname(far)}", model="cd5220", monotonic_s=lambda: now[0])) as display:
        assert display.show(PAID_ASCII)
        assert select.select([near], [], [], 5)[0]
        simulated.receive(os.read(near, 4096))
        assert simulated.lines[1] == "12,000 WON".ljust(20)
        os.close(near)
        os.close(far)
        assert not display.show(PAID_ASCII)
        assert display.fault is not None


def test_a_display_that_is_not_there_is_a_fault() -> None:
    now, name = [0.0], "/dev/pos/no-such-display"
    display = open_display(f"serial://{name}", model="escpos", monotonic_s=lambda: now[0])

    assert not display.show(PAID_ASCII)
    assert isinstance(display.fault, DeviceMissingError)


def test_an_address_that_is_no_serial_line_is_refused() -> None:
    with pytest.raises(DeviceSetupError, match="serial:///dev"):
        open_display("usb:1234", model="escpos")
