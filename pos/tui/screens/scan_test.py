"""The test scan: whatever is shown is told, and nothing is paid."""

from pos.link.calls import ListDevices, TryScanner
from pos.link.equipment import ScanTest
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.listing import ListScreen, Row

LOOK_S = 0.3
_OURS = ("CKP1", "CKV1", "CKC1", "CKR1", "CKS1", "CKT1", "CKE1")


class ScanTestScreen(ListScreen):
    """What was read last."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._test: ScanTest | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._begin())
        self.set_interval(LOOK_S, self._look_again)

    def title_text(self) -> str:
        return self.labels.devices_actions[1]

    def empty_text(self) -> str:
        return self.labels.scan_test_waiting

    def draw(self) -> None:
        self._rows = self._read_rows()
        super().draw()

    def leave(self, result: int | None = None) -> None:
        # Whatever ends this screen ends the test: the next code is a customer's again.
        self.app.run_worker(self.host.ask(TryScanner(is_on=False)))
        super().leave(result)

    async def _begin(self) -> None:
        if not said_of(self.host, await self.host.ask(TryScanner(is_on=True)), None):
            super().leave(None)

    def _look_again(self) -> None:
        if self.is_current:
            self.run_worker(self.load(), group="look", exclusive=True)

    async def load(self) -> None:
        """Look at the devices again."""
        page = await self.host.ask(ListDevices())
        if page is not None:
            self._test = page.scan_test
            self.refresh_words()

    def _read_rows(self) -> tuple[Row, ...]:
        test, labels = self._test, self.labels
        if test is None or not test.length:
            return ()
        ours = labels.scan_test_ours if test.kind in _OURS else ""
        return (Row(text=f"{labels.scan_test_read} {test.length}", detail=ours),)
