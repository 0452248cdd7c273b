"""Which terminal a machine has become: what core wrote when it was enrolled, laid over a configuration that names none.

The file is core's alone to write (`pos.core.enrolling`), and on an appliance core's alone to read: for everybody else
the machine is not enrolled, and whoever needs to know asks core.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.errors import ConfigError

ENROLMENT_FILE: Final = "enrolment.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledDocument:
    """A configuration as read, complete as far as it is known here."""

    document: dict[str, object]
    is_enrolled: bool
    is_tested: bool
    replaced: str = ""
    """The terminal whose place this one took; empty where it took nobody's."""


def enrolled_document(document: dict[str, object], terminal: dict[str, object], folder: Path) -> EnrolledDocument:
    """The document with what stands in `folder` about who this is. Raises ConfigError."""
    defaults = {"trust_dir": str(folder / "trust"), "staging_dir": str(folder / "staging")}
    try:
        told = tomllib.loads((folder / ENROLMENT_FILE).read_text("utf-8"))
        home = folder / str(told["terminal"]["id"])
        is_tested = bool(told["installation"]["tested"])
        replaced = str(told["installation"].get("replaced", ""))
        places = {"state_dir": str(home), "trust_dir": str(home / "trust")}
        named, ledger = defaults | terminal | told["terminal"] | places, told["ledger"]
    except OSError:
        nobody = {"id": "", "merchant": "", "ledger": ""}
        sections = {"terminal": defaults | terminal | nobody, "ledger": {"url": ""}}
        return EnrolledDocument(document=document | sections, is_enrolled=False, is_tested=True)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ConfigError((f"{folder / ENROLMENT_FILE}: cannot be read: {error!r}",)) from error
    kept = document.get("ledger")
    ledger = (kept if isinstance(kept, dict) else {}) | ledger
    return EnrolledDocument(
        document=document | {"terminal": named, "ledger": ledger},
        is_enrolled=True,
        is_tested=is_tested,
        replaced=replaced,
    )


def configured_document(path: Path) -> dict[str, object]:
    """A configuration file as it stands. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            (f"{path}: no such file; name one with --config or POS_CONFIG, or run `pos sandbox init`",)
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((f"{path}: cannot be read: {error}",)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((f"{path}: is not valid TOML: {error}",)) from error
