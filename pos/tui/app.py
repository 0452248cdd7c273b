"""The screen process's app: it owns the desk and the link, and shows what core tells on whatever screen is seen.

Rules: a new verdict brings the sale screen back from wherever the cashier was, is painted before anything else happens,
and only then reported as shown; the toolkit's own keys and palette are off, because a counter is not a desktop.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar, TypeVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.worker import WorkType

from pos.errors import LinkError
from pos.link.calls import Call, Refused, ScanSeen, VerdictShown
from pos.link.state import QuestionKind, QuestionView, ReceiptSeenView, TillState, VerdictView
from pos.till.reasons import Refusal
from pos.tui.answers import seen_text
from pos.tui.bridge import Bridge
from pos.tui.desk import Desk
from pos.tui.giving_back import GROUP, take_back
from pos.tui.graphics import Graphics
from pos.tui.link import Connect
from pos.tui.messages import LinkLost, TillChanged
from pos.tui.screens.install import InstallScreen
from pos.tui.screens.login import WANTS_PIN, LoginScreen, Purpose
from pos.tui.screens.pad_screen import PadScreen
from pos.tui.screens.receipt_number import FindReceiptScreen, ReceiptNumberScreen
from pos.tui.screens.sale import SaleScreen
from pos.tui.sounds import QUIET_S, BellSounds, Sounds
from pos.tui.wedge import TypedScan, Wedge
from pos.tui.window import WindowDriver
from pos.words import Notice, Words, words_for

R = TypeVar("R")
_LINE_ENDS = {"enter": "\r", "tab": "\t", "ctrl+j": "\n"}
NOTE_QUESTIONS = frozenset({QuestionKind.NOTE_CHECK, QuestionKind.NOTE_CONSECUTIVE, QuestionKind.NOTE_CHANGE})
"""About a paper note that was scanned."""
_CLOCK_S = 5.0
"""The header's time is never older than this."""


class TillApp(App[None], inherit_bindings=False):
    """One cashier's screen."""

    CSS_PATH = "terminal.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        connect: Connect,
        *,
        words: Words,
        may_quit: bool = False,
        graphics: Graphics | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
        sounds: Sounds | None = None,
        pressed_s: Callable[[events.Key], float] = lambda key: key.time,
        after: Callable[[float, Callable[[], Awaitable[None]]], object] | None = None,
    ) -> None:
        super().__init__(driver_class=WindowDriver)
        self.animation_level = "none"
        self.words = words
        self.desk = Desk()
        self.may_quit = may_quit
        self.graphics = graphics
        self.now_s = monotonic_s
        self._sounds: Sounds = sounds or BellSounds(ring=self.bell, after=self.set_timer)
        self.painted = asyncio.Event()
        """Set when the first picture is on the screen."""
        self._wedge: Wedge[events.Key] = Wedge()
        self._pressed_s = pressed_s
        self._after = after or self._in_a_moment
        self._is_waiting = False
        self._told = ""
        self._receipt_serial = 0
        self._note_serial = 0
        self._remotes_heard = 0
        self._quiet_until_s = 0.0
        self._state_at_s = 0.0
        self._bridge = Bridge(connect, on_state=self._post_state, on_lost=self._post_lost, pause=asyncio.sleep)

    def on_mount(self) -> None:
        self.push_screen(SaleScreen(self))
        self.call_after_refresh(self.painted.set)
        self.run_worker(self._bridge.run(), group="link")
        self.set_interval(_CLOCK_S, self._refresh_seen)

    # -- the keyboard ------------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Keys are held back for a moment, because a scanner may be typing them."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        character = event.character if event.is_printable else _LINE_ENDS.get(event.key)
        await self._type(self._wedge.take(event, character, at_s=self._pressed_s(event)))
        self._wait_for_more()

    def _wait_for_more(self) -> None:
        due_s = self._wedge.due_s
        if due_s is not None and not self._is_waiting:
            self._is_waiting = True
            self._after(max(due_s - self.now_s(), 0.0), self._end_typing)

    def _in_a_moment(self, delay_s: float, run: Callable[[], Awaitable[None]]) -> None:
        """The toolkit's own timers leave out what is late; a key must not be left out."""
        asyncio.get_running_loop().call_later(delay_s, self.call_later, run)

    async def _end_typing(self) -> None:
        self._is_waiting = False
        await self._type(self._wedge.expire(now_s=self.now_s()))
        self._wait_for_more()

    async def _type(self, done: Sequence[events.Key | TypedScan]) -> None:
        for one in done:
            if isinstance(one, TypedScan):
                self.run_worker(self.ask(ScanSeen(text=one.text, length=one.length)))
            else:
                await super().on_event(one)

    # -- core's side -------------------------------------------------------------------------------------------------

    def _post_state(self, till: TillState) -> None:
        self.post_message(TillChanged(till))

    def _post_lost(self) -> None:
        self.post_message(LinkLost())

    def on_till_changed(self, message: TillChanged) -> None:
        self._state_at_s = self.now_s()
        verdict = self.desk.take_state(message.till, now_s=self._state_at_s)
        if verdict is not None:
            self._show_verdict(verdict)
        self._follow_note(message.till.question)
        self._follow_lock()
        self._follow_installation(message.till)
        self._follow_receipt(message.till.receipt_seen)
        self._refresh_seen()

    def _follow_note(self, question: QuestionView | None) -> None:
        """A note was scanned that has to be looked at: the list of what to look at is on the sale screen."""
        if question is None or question.serial == self._note_serial or question.kind not in NOTE_QUESTIONS:
            return
        self._note_serial = question.serial
        self.show_sale()

    def _follow_installation(self, till: TillState) -> None:
        """A till that is being installed shows that, until it is over."""
        is_shown = any(isinstance(screen, InstallScreen) for screen in self.screen_stack)
        if till.installation is not None and not is_shown:
            self.show_sale()
            self.push_screen(InstallScreen(self))
        elif till.installation is None and is_shown:
            self.show_sale()

    def _follow_receipt(self, seen: ReceiptSeenView | None) -> None:
        """A customer brought a receipt back: open its sale, wherever one was waited for."""
        if seen is None or seen.serial == self._receipt_serial:
            return
        self._receipt_serial = seen.serial
        if isinstance(self.screen, FindReceiptScreen):
            self.screen.take_seen(seen)
            return
        if not isinstance(self.screen, SaleScreen | ReceiptNumberScreen):
            return
        self.show_sale()
        if seen.cause:
            self.tell(seen_text(self.words, seen))
        else:
            back: WorkType[bool] = partial(take_back, self, self, receipt_number=seen.receipt_number, code=seen.code)
            self.run_worker(back, group=GROUP, exclusive=True)

    def _follow_remotes(self) -> None:
        """Let it be heard when one more order or payment from elsewhere waits, once no customer is being served: in the
        middle of a payment, or on top of a verdict's sound, it would be taken for a verdict."""
        till = self.desk.till
        if till is None:
            return
        self._remotes_heard = min(self._remotes_heard, till.remotes_waiting)
        is_busy = till.sale is not None or till.question is not None or self.now_s() < self._quiet_until_s
        if till.remotes_waiting > self._remotes_heard and not is_busy:
            self._remotes_heard = till.remotes_waiting
            self._sounds.call()

    def on_link_lost(self) -> None:
        self.desk.lose_link()
        self.show_sale()
        self._refresh_seen()

    def _show_verdict(self, verdict: VerdictView) -> None:
        self._told = ""
        self.show_sale()
        if verdict.is_quiet:
            return
        self._sounds.play(verdict.outcome)
        self._quiet_until_s = self.now_s() + QUIET_S
        if verdict.entry_sequence:
            self.call_after_refresh(self._report_shown, verdict.entry_sequence)

    def _report_shown(self, entry_sequence: int) -> None:
        self.run_worker(self.ask(VerdictShown(entry_sequence=entry_sequence)))

    def show_sale(self) -> None:
        while isinstance(self.screen, PadScreen) and not isinstance(self.screen, SaleScreen):
            self.pop_screen()

    def _refresh_seen(self) -> None:
        self._follow_remotes()
        if isinstance(self.screen, PadScreen):
            self.screen.refresh_words()

    # -- the screens' side (`pos.tui.host.Host`) ---------------------------------------------------------------------

    def wall_s(self) -> int:
        till = self.desk.till
        return 0 if till is None else till.time_s + int(self.now_s() - self._state_at_s)

    async def ask(self, call: Call[R]) -> R | None:
        try:
            answer = await self._bridge.ask(call)
            if isinstance(answer, Refused) and answer.cause in WANTS_PIN and await self._is_proved(answer.cause):
                return await self._bridge.ask(call)
        except LinkError:
            self.notify_cashier(Notice.NOT_ANSWERED if self.desk.is_linked else Notice.LINK_DOWN)
            return None
        return answer

    async def _is_proved(self, cause: str) -> bool:
        """Ask for a PIN over whatever is seen; True once it was right, and the call may be made again."""
        purpose = Purpose.ALLOW if cause == Refusal.NOT_ALLOWED else Purpose.LOG_IN
        proved: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def settle(is_right: bool) -> None:
            if not proved.done():
                proved.set_result(is_right)

        screen = LoginScreen(self, purpose=purpose)
        screen.when_gone = settle
        self.push_screen(screen)
        return await proved

    def _follow_lock(self) -> None:
        """A till that wants a PIN shows nothing else."""
        if self.desk.wants_pin and not any(isinstance(screen, LoginScreen) for screen in self.screen_stack):
            self.show_sale()
            self.push_screen(LoginScreen(self))

    def tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._refresh_seen()

    def notify_cashier(self, notice: Notice) -> None:
        self.tell(self.words.notice(notice))

    def told(self) -> str:
        return self._told

    def draw_picture(self, picture: str, *, column: int, row: int) -> None:
        driver = self._driver
        if driver is not None:
            # Through the toolkit's own queue: a picture in the middle of its drawing would tear both.
            driver.write(f"\x1b7\x1b[{row + 1};{column + 1}H{picture}\x1b8")
            driver.flush()

    def switch_language(self) -> None:
        self.words = words_for("ko" if self.words.language == "en" else "en")
        self._refresh_seen()

    def quit_screen(self) -> None:
        self.exit()
