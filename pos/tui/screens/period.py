"""A report over a month, a quarter, a half-year or a year: which, by the number pad, and then the report itself.

Enter alone takes the last one that is over, which is the one that a VAT return is about.
"""

from datetime import UTC, date, datetime

from textual.app import App

from pos.till.report.period import Span, last_complete, typed_period
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.number import NumberScreen
from pos.tui.screens.report import ReportScreen
from pos.words.moments import KOREA

_SPANS = (Span.MONTH, Span.QUARTER, Span.HALF, Span.YEAR)


async def show_period(app: App[None], host: Host) -> None:
    """Ask which, and show it; 1 prints it there."""
    day, labels = host.words.day, host.words.papers
    kind = await app.push_screen_wait(ChoiceScreen(host, title=day.menu_period, lines=(), choices=labels.period_kinds))
    if kind is None:
        return
    span = _SPANS[kind - 1]
    asked = NumberScreen(
        host,
        title=labels.period_kinds[kind - 1],
        lines=(labels.period_lines[kind - 1],),
        proposed=last_complete(span, today=_today(host)),
        unit="",
    )
    typed = await app.push_screen_wait(asked)
    if typed is None:
        return
    name = typed_period(span, typed)
    if name is None:
        host.tell(labels.no_period)
        return
    app.push_screen(ReportScreen(host, name))


def _today(host: Host) -> date:
    return datetime.fromtimestamp(host.wall_s(), tz=UTC).astimezone(KOREA).date()
