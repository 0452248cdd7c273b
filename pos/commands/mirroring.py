"""`pos mirror prepare`: make a mounted stick the second medium of this terminal.

Rules: only a medium that is really mounted is marked, because a bare mount point is a folder of the card above it; the
marker names the terminal's public key, from its certificate, so that the sealed key need not be opened. Which stick is
mounted there, by its UUID, is said by /etc/fstab.
"""

import os
from pathlib import Path

from pos.commands.output import print_line
from pos.config import TerminalConfig
from pos.errors import ConfigError
from pos.exits import Exit
from pos.journal.mirror import MirrorError, prepare_mirror
from pos.terminal import open_trust
from pos.voucher.signed import decode_certificate


def prepare(config: TerminalConfig) -> int:
    """Mark the configured folder. Raises ConfigError where nothing is mounted, TrustError without a certificate."""
    folder = config.mirror.path
    if folder is None:
        raise ConfigError(("mirror.path: no second medium is configured",))
    _check_mounted(folder)
    claims = decode_certificate(open_trust(config).certificate).claims
    try:
        prepare_mirror(folder, terminal=config.terminal.id, public_key=claims.terminal_key)
        hand_over(folder, config.terminal.state_dir)
    except (MirrorError, OSError) as error:
        raise ConfigError((f"{folder}: {error}",)) from error
    print_line(f"{folder} is the second medium of {config.terminal.id}; core takes it within half a minute")
    return Exit.DONE


def _check_mounted(folder: Path) -> None:
    if not folder.is_dir() or folder.stat().st_dev == folder.parent.stat().st_dev:
        raise ConfigError((f"mirror.path: nothing is mounted on {folder}; see its line in /etc/fstab",))


def hand_over(folder: Path, state_dir: Path) -> None:
    """Core writes there: the folder and the marker get the state folder's owner."""
    owner = state_dir.stat()
    if os.geteuid() != owner.st_uid:
        for path in (folder, *folder.iterdir()):
            if path.name != "lost+found":
                os.chown(path, owner.st_uid, owner.st_gid)
