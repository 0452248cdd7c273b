"""A demo's town, running: ledger, cable, and the terminal's processes; and the customer's hand before the camera."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.config import TerminalConfig, load_config
from pos.demo.network import Cable
from pos.ledger_process import running_ledger
from pos.processes import log_dir, terminal_services
from pos.sandbox.qr_picture import write_qr
from pos.sandbox.town import Town, init, open_town
from pos.supervisor import Supervisor

CONFIG: Final = "demo.toml"
PICTURE: Final = "phone.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTown:
    """What a visitor of the demo can touch."""

    folder: Path
    town: Town
    config: TerminalConfig
    ledger_url: str
    """Without the cable between: how everybody but the till reaches it."""
    cable: Cable
    supervisor: Supervisor

    @property
    def paper(self) -> Path:
        return self.folder / "paper"

    def show_code(self, text: str) -> None:
        """Hold a phone with this code before the camera."""
        write_qr(self.folder / "camera" / PICTURE, text)

    def take_phone_away(self) -> None:
        (self.folder / "camera" / PICTURE).unlink(missing_ok=True)


@contextmanager
def running_town(
    folder: Path, *, seed: int, prepare: Callable[[Town], None] = lambda town: None
) -> Iterator[RunningTown]:
    """Make the town if it is not there, start everything, and stop everything again; `prepare` sees a new town before
    anything of it runs."""
    if (folder / "town.json").exists():
        town = open_town(folder)
    else:
        town = init(folder, seed=str(seed))
        prepare(town)
    with ExitStack() as stack:
        url = stack.enter_context(running_ledger(folder))
        cable = stack.enter_context(Cable(url))
        config = _config(folder, cable.url)
        supervisor = stack.enter_context(Supervisor(terminal_services(config), log_dir(config)))
        yield RunningTown(folder=folder, town=town, config=config, ledger_url=url, cable=cable, supervisor=supervisor)


@contextmanager
def demo_folder(out: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or a new one that is kept: its receipts are what the visitor came for."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        yield out
        return
    yield Path(tempfile.mkdtemp(prefix="chak-pos-demo-")) / "town"


def _config(folder: Path, url: str) -> TerminalConfig:
    """The terminal's own configuration, with the cable between it and the ledger."""
    lines = (folder / "terminal.toml").read_text("utf-8").splitlines()
    section = ""
    for number, line in enumerate(lines):
        if line.startswith("["):
            section = line.strip()
        elif section == "[ledger]" and line.startswith("url"):
            lines[number] = f'url = "{url}"'
    path = folder / CONFIG
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return load_config(path)
