"""`pos wifi`: what the units of the wireless network do, as root.

pos wifi join       join the network that was shown to the camera, and tell core what became of it
pos wifi restore    after a start: the network that worked last
"""

import sys
from pathlib import Path
from typing import Final

from pos.commands.output import print_line
from pos.config import TerminalConfig
from pos.core.bundling import WISH_FOLDER
from pos.core.joining import WISH_FILE
from pos.errors import LinkError
from pos.exits import Exit
from pos.link.calls import Role, TellWifi
from pos.link.client import BlockingLink
from pos.link.wifi import WifiState
from pos.wifi.joining import Nmcli, join_wanted, restore

KEPT: Final = Path("/var/lib/pos/network")
"""On the data partition: a read-only root forgets what lies elsewhere."""


def wifi(config: TerminalConfig, action: str, *, kept: Path = KEPT, nmcli: Nmcli | None = None) -> int:
    """Join or restore; a network that could not be joined is a device fault."""
    nmcli = nmcli or Nmcli()
    if action == "restore":
        print_line("restored" if restore(kept=kept, nmcli=nmcli) else "no network is kept")
        return Exit.DONE
    state = join_wanted(config.terminal.socket_dir / WISH_FOLDER / WISH_FILE, kept=kept, nmcli=nmcli)
    print_line(state.value)
    try:
        link = BlockingLink(config.terminal.socket_dir, Role.CONTROL)
        try:
            link.call(TellWifi(state=state))
        finally:
            link.close()
    except LinkError as error:
        sys.stderr.write(f"pos: the screen cannot be told: {error}\n")
    return Exit.DONE if state is WifiState.JOINED else Exit.DEVICE
