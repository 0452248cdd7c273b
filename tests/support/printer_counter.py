"""A counter with one simulated printer, on virtual time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from drivers.printer.document import Align, BlankRow, CutRow, PairRow, QrRow, Row, Rule, RuleRow, Size, TextRow
from drivers.printer.encoder import Encoder
from drivers.printer.outcome import PrintOutcome
from drivers.printer.printer import EscposPrinter
from drivers.printer.profile import DotsBy, Profile
from drivers.printer.raster import Typeface
from drivers.printer.simulated import SimulatedPrinter
from drivers.printer.simulated_faults import Hardware
from drivers.printer.simulated_wire import InProcessTransport, VirtualClock
from drivers.printer.status import PrinterState
from drivers.printer.transport import Transport
from pos.till.receipt import rows as receipt_rows


@dataclass
class Onlooker:
    """A watcher that remembers, and that can be told what to want."""

    states: list[PrinterState] = field(default_factory=list)
    stops: bool = False
    commands: bytes = b""

    def state_changed(self, state: PrinterState) -> None:
        self.states.append(state)

    def real_time_commands(self) -> bytes:
        commands, self.commands = self.commands, b""
        return commands

    def wants_stop(self) -> bool:
        return self.stops

    @property
    def faults(self) -> list[str]:
        return [str(state.fault) for state in self.states if state.fault is not None]


class Counter:
    """One printer on one profile."""

    def __init__(
        self, typeface: Typeface, profile: Profile, hardware: Hardware, *, dots_by: DotsBy = DotsBy.ROWS
    ) -> None:
        self.typeface = typeface
        self.profile = profile
        self.clock = VirtualClock()
        self.simulated = SimulatedPrinter(monotonic_s=self.clock.now_s, typeface=typeface, hardware=hardware)
        self.onlooker = Onlooker()
        self.encoder = Encoder(profile, columns=profile.columns, typeface=typeface, dots_by=dots_by)
        self.printer = self.new_printer()

    def connect(self) -> Transport:
        return InProcessTransport(self.simulated, self.clock)

    def new_printer(self, connect: Callable[[], Transport] | None = None) -> EscposPrinter:
        return EscposPrinter(
            connect=connect or self.connect, profile=self.profile, encoder=self.encoder, monotonic_s=self.clock.now_s
        )

    def print(self, rows: tuple[Row, ...]) -> PrintOutcome:
        return self.printer.print_rows(rows, watcher=self.onlooker)

    @property
    def papers(self) -> list[str]:
        """Texts of everything that was cut off, oldest first."""
        return [receipt.text for receipt in self.simulated.paper.receipts]

    def originals(self, mark: str) -> int:
        """How often a receipt with this mark has come out, whole or in part."""
        pieces = [*self.papers, "\n".join(self.simulated.paper.hanging)]
        return sum(piece.count(mark) for piece in pieces)


CounterFactory = Callable[..., Counter]


def a_receipt(mark: str = "R-0001", *, lines: int = 40) -> tuple[Row, ...]:
    """A receipt that bears `mark` once, and fills several printer buffers' worth of lines."""
    body = tuple(PairRow(left=f"상품 {number}", right=f"{number},000") for number in range(1, lines))
    return (TextRow(text=mark), *body, CutRow())


def paper_rows(rows: Iterable[receipt_rows.Row]) -> tuple[Row, ...]:
    """Rows of a receipt as rows of a page: the same names and fields, one by one."""
    return tuple(_paper_row(row) for row in rows)


def _paper_row(row: receipt_rows.Row) -> Row:
    match row:
        case receipt_rows.TextRow():
            return TextRow(text=row.text, align=Align(row.align.value), bold=row.bold, size=Size(row.size.value))
        case receipt_rows.PairRow():
            return PairRow(left=row.left, right=row.right, bold=row.bold, size=Size(row.size.value))
        case receipt_rows.RuleRow():
            return RuleRow(rule=Rule(row.rule.value))
        case receipt_rows.QrRow():
            return QrRow(data=row.data, module_dots=row.module_dots)
        case receipt_rows.BlankRow():
            return BlankRow(lines=row.lines)
        case receipt_rows.CutRow():
            return CutRow()
