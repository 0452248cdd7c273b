"""A printer's own words and faults, as the screen and the device page have them."""

from drivers.errors import (
    DeviceBusyError,
    DeviceDeniedError,
    DeviceError,
    DeviceMissingError,
    DeviceSetupError,
    DeviceTimeoutError,
)
from drivers.printer.printer import EscposPrinter, Identification
from drivers.printer.status import Fault, Paper
from drivers.printer.status import PrinterState as DriverState
from pos.link.equipment import CONDITION_OF_PRINTER, Condition, DeviceKind, DeviceView
from pos.link.state import PrinterState
from pos.text import safe_text


def view_of(state: DriverState) -> PrinterState:
    """What the screen says about a printer's own words."""
    match state.fault:
        case Fault.PAPER_OUT:
            return PrinterState.PAPER_OUT
        case Fault.COVER_OPEN:
            return PrinterState.COVER_OPEN
        case None:
            return PrinterState.READY if state.paper is Paper.OK else PrinterState.PAPER_LOW
        case _:
            return PrinterState.FAULT


def view_of_error(error: DeviceError) -> PrinterState:
    """What the screen says about a printer that could not be asked."""
    match error:
        case DeviceMissingError():
            return PrinterState.MISSING
        case DeviceTimeoutError():
            return PrinterState.SILENT
        case _:
            return PrinterState.FAULT


def printer_view(printer: EscposPrinter, url: str) -> DeviceView:
    """The printer's state and its own words."""
    try:
        condition = CONDITION_OF_PRINTER[view_of(printer.ask_state())]
        answered = spoken(printer.identify())
    except DeviceError as error:
        return DeviceView(kind=DeviceKind.PRINTER, condition=condition_of_error(error), url=url, detail=str(error))
    return DeviceView(kind=DeviceKind.PRINTER, condition=condition, url=url, answered=answered)


def condition_of_error(error: DeviceError) -> Condition:
    """What a fault means for whoever stands in front of the device."""
    match error:
        case DeviceSetupError():
            return Condition.SETUP
        case DeviceMissingError():
            return Condition.MISSING
        case DeviceBusyError():
            return Condition.BUSY
        case DeviceDeniedError():
            return Condition.DENIED
        case DeviceTimeoutError():
            return Condition.SILENT
        case _:
            return Condition.FAULT


def spoken(identity: Identification) -> str:
    """Maker, model and language as one line; empty where the printer answers nothing."""
    return safe_text(" ".join(part for part in (identity.maker, identity.model, identity.language) if part))
