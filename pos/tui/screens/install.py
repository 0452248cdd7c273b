"""The first boot: what to do now, step by step; core says which step it is.

Enter goes on, `/` does a step again, `+` passes over a test, digits are an install code where one is waited for, `*`
leads to the devices once there is a till to ask about them.
"""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from pos.link.calls import GoOnInstalling, InstallCall, RepeatStep, SkipStep, TypeInstallNumber
from pos.link.install import FormerMedium, InstallStep, InstallView, LookedAt
from pos.link.stick import StickState
from pos.link.wifi import WifiState
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.devices import DevicesScreen
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.widgets.footer import ActionFooter
from pos.tui.widgets.line import Line
from pos.voucher.typed_code import TYPED_DIGITS
from pos.words import Notice

GROUP: Final = 3
LOOKED_AT_MAX: Final = 5
_REPEATED: Final = frozenset({InstallStep.COMPARE, InstallStep.READ_BACK, InstallStep.PAYMENT, InstallStep.DONE})
_SKIPPED: Final = frozenset({InstallStep.READ_BACK, InstallStep.PAYMENT})
_GOES_ON: Final = frozenset({InstallStep.LOOK, InstallStep.COMPARE, InstallStep.DONE})


class InstallScreen(PadScreen):
    """One step at a time."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.typed = ""

    def compose(self) -> ComposeResult:
        yield Line(classes="title")
        with Vertical(id="install"):
            yield Line(id="install-large")
            for _ in range(LOOKED_AT_MAX):
                yield Line(classes="looked-at")
            yield Line(id="install-lines")
        yield Line(id="notice")
        yield ActionFooter()

    def draw(self) -> None:
        view = self._view
        if view is None:
            return
        words = self.host.words.install
        self.query_one(".title", Line).say(words.titles[view.step])
        large = self._large(view)
        self.query_one("#install-large", Line).display = bool(large)
        self.query_one("#install-large", Line).say(large)
        for index, line in enumerate(self.query(".looked-at").results(Line)):
            line.display = index < len(view.lines)
            if line.display:
                self._show_looked_at(line, view.lines[index])
        self.query_one("#install-lines", Line).say_rows(self._lines(view))
        self.query_one("#notice", Line).say(self.host.told())
        self.query_one(ActionFooter).show(self._actions(view))

    def press(self, key: PadKey) -> None:
        view = self._view
        if view is None:
            return
        if view.step is InstallStep.CODE and (key.digits or key is PadKey.BACK):
            self._type(key)
        elif view.step is InstallStep.CODE and key is PadKey.ENTER:
            self._send_number()
        elif key is PadKey.ENTER and view.step in _GOES_ON:
            self._ask(GoOnInstalling())
        elif key is PadKey.NOTES and view.step in _REPEATED:
            self._ask(RepeatStep())
        elif key is PadKey.TENDER and view.step in _SKIPPED:
            self._ask(SkipStep())
        elif key is PadKey.MENU and view.step in _REPEATED:
            self.app.push_screen(DevicesScreen(self.host))
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    @property
    def _view(self) -> InstallView | None:
        till = self.host.desk.till
        return None if till is None else till.installation

    def _type(self, key: PadKey) -> None:
        self.typed = self.typed[:-1] if key is PadKey.BACK else (self.typed + key.digits)[:TYPED_DIGITS]

    def _send_number(self) -> None:
        if self.typed:
            self._ask(TypeInstallNumber(digits=self.typed))
            self.typed = ""
        else:
            self.host.notify_cashier(Notice.NOTHING_HERE)

    def _ask(self, call: InstallCall) -> None:
        self.run_worker(self._tell(call))

    async def _tell(self, call: InstallCall) -> None:
        said_of(self.host, await self.host.ask(call), None)

    def _large(self, view: InstallView) -> str:
        """What is read from a distance: the check code, or the digits typed so far."""
        words = self.host.words.install
        if view.check_code:
            half = len(view.check_code) // 2
            return words.check_code.format(code=f"{view.check_code[:half]} {view.check_code[half:]}")
        if view.step is InstallStep.CODE and self.typed:
            groups = [self.typed[start : start + GROUP] for start in range(0, len(self.typed), GROUP)]
            return words.typed.format(digits=" ".join(groups))
        return ""

    def _lines(self, view: InstallView) -> tuple[str, ...]:
        words = self.host.words.install
        fault = () if view.fault is None else (*words.faults[view.fault], "")
        shop = (f"{view.shop_name}  {view.terminal}",) if view.shop_name else ()
        paper = (words.paper_waiting,) if view.is_paper_waiting else ()
        told = words.former[view.former_medium].format(terminal=view.former, entries=view.former_entries)
        is_told = bool(view.former) or view.former_medium is FormerMedium.OTHER
        former = (told,) if is_told else ()
        return (*self._wifi(view), *fault, *self._stick(view), *words.lines[view.step], *shop, *paper, *former)

    def _wifi(self, view: InstallView) -> tuple[str, ...]:
        """What became of the wireless network that was shown, or that one can be."""
        words = self.host.words.wifi
        if view.wifi is not WifiState.NONE:
            name = (words.network.format(network=view.network),) if view.network else ()
            return (*name, *words.states[view.wifi], "")
        return (words.hint,) if view.step is InstallStep.LOOK else ()

    def _stick(self, view: InstallView) -> tuple[str, ...]:
        """What became of a stick that was plugged in; where its file is refused, that says more."""
        till = self.host.desk.till
        stick = None if till is None else till.stick
        is_said = stick is StickState.INSTALL_TAKEN and view.fault is not None
        return () if stick is None or is_said else (self.host.words.stick(stick), "")

    def _show_looked_at(self, line: Line, looked: LookedAt) -> None:
        well, bad, unknown = self.host.words.install.marks
        mark = unknown if looked.is_well is None else well if looked.is_well else bad
        said = self.host.words.finding(looked.code)
        line.set_class(looked.is_well is True, "-well")
        line.set_class(looked.is_well is False, "-bad")
        line.say_rows((f"{mark}  {said.name}: {said.meaning}", "" if looked.is_well else f"      {said.to_do}"))

    def _actions(self, view: InstallView) -> tuple[Action, ...]:
        words, labels = self.host.words.install, self.labels
        keys = (
            (view.step in _REPEATED, Action(key_text="*", label=labels.menu_devices, key=PadKey.MENU)),
            (view.step in _REPEATED, Action(key_text="/", label=words.again, key=PadKey.NOTES)),
            (view.step in _SKIPPED, Action(key_text="+", label=words.skip, key=PadKey.TENDER)),
            (view.step is InstallStep.CODE, Action(key_text="-", label=labels.erase, key=PadKey.BACK)),
            (
                view.step in _GOES_ON or view.step is InstallStep.CODE,
                Action(key_text=labels.key_enter, label=words.go_on, key=PadKey.ENTER),
            ),
        )
        return tuple(action for is_there, action in keys if is_there)
