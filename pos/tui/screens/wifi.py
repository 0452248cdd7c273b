"""The wireless network: every code shown while this screen is open is a network's, and nothing is paid.

Enter asks for a code again. The password is never seen here: core tells the network's name alone.
"""

from pos.link.calls import ReadWifi, TryWifi, WifiPage
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.listing import ListScreen, Row

LOOK_S = 0.5


class WifiScreen(ListScreen):
    """How it stands."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._wifi: WifiPage | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._begin())
        self.set_interval(LOOK_S, self._look_again)

    def title_text(self) -> str:
        return self.host.words.wifi.title

    def draw(self) -> None:
        self._rows = self._wifi_rows()
        super().draw()

    def press(self, key: PadKey) -> None:
        if key is PadKey.ENTER:
            self.run_worker(self._begin())
        else:
            super().press(key)

    def leave(self, result: int | None = None) -> None:
        # Whatever ends this screen ends the asking: the next code is a customer's again.
        self.app.run_worker(self.host.ask(TryWifi(is_on=False)))
        super().leave(result)

    async def _begin(self) -> None:
        if said_of(self.host, await self.host.ask(TryWifi(is_on=True)), None):
            await self.load()
        else:
            super().leave(None)

    def _look_again(self) -> None:
        if self.is_current:
            self.run_worker(self.load(), group="look", exclusive=True)

    async def load(self) -> None:
        """Ask how it stands."""
        page = await self.host.ask(ReadWifi())
        if page is not None:
            self._wifi = page
            self.refresh_words()

    def _wifi_rows(self) -> tuple[Row, ...]:
        if self._wifi is None:
            return ()
        words = self.host.words.wifi
        what, to_do = words.states[self._wifi.state]
        name = words.network.format(network=self._wifi.network)
        named = (Row(text=name),) if self._wifi.network else ()
        return (Row(text=what, detail=to_do), *named, Row(text=words.how[0], detail=words.how[1]))

    def _actions(self) -> tuple[Action, ...]:
        again = Action(key_text=self.labels.key_enter, label=self.host.words.wifi.again, key=PadKey.ENTER)
        return (*super()._actions(), again)
