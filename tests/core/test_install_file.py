"""An install file at a machine that is nobody yet: made by its ledger, or refused with the reason that helps."""

from __future__ import annotations

import dataclasses
import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from pos.core.install_file import InstallFiles, read_install_file
from pos.errors import ConfigError
from pos.ledger.database import open_database
from pos.ledger.enrolment import CODE_LIFE_S
from pos.ledger.folder import open_folder
from pos.ledger.install_file import sign_install_file
from pos.link.install import InstallFault
from pos.sandbox.enrolling import issue_code, ledger_card
from pos.sandbox.town import Town, init
from pos.voucher.enrolment import EnrolmentCode
from pos.voucher.install_file import InstallFile, build_install_file
from pos.voucher.keys import SigningKey
from pos.voucher.qr import decode_text

URL = "http://127.0.0.1:8400"


def code_of(text: str) -> EnrolmentCode:
    return EnrolmentCode.from_bytes(decode_text(text).data)


def new_code(town: Town) -> str:
    _, text = issue_code(town, merchant="m-bakery", url=URL)
    return text


def card_of(town: Town) -> EnrolmentCode:
    return code_of(ledger_card(town, url=URL))


def now_s() -> int:
    return int(time.time())


@pytest.fixture
def other(tmp_path: Path) -> Town:
    """A town of the same name elsewhere, with keys of its own."""
    return init(tmp_path / "elsewhere", seed="elsewhere")


def test_a_file_of_this_machines_ledger_is_believed_until_the_code_ends(town: Town) -> None:
    text = new_code(town)
    raw = sign_install_file(town.ledger_dir, text)

    assert read_install_file(raw, card=card_of(town), now_s=now_s()) == code_of(text)
    assert read_install_file(raw, card=None, now_s=now_s()) == code_of(text)
    assert read_install_file(raw, card=card_of(town), now_s=now_s() + CODE_LIFE_S) is InstallFault.FILE_EXPIRED
    # A clock that knows nothing for certain refuses nothing as too old.
    assert read_install_file(raw, card=card_of(town), now_s=0) == code_of(text)


def test_a_bare_code_and_a_spoilt_file_are_told_apart(town: Town) -> None:
    text = new_code(town)
    raw = sign_install_file(town.ledger_dir, text)
    spoilt = raw[:200] + bytes([raw[200] ^ 1]) + raw[201:]

    assert read_install_file(text.encode(), card=None, now_s=0) is InstallFault.FILE_UNSIGNED
    assert read_install_file(f"\n{text}\n".encode(), card=card_of(town), now_s=0) is InstallFault.FILE_UNSIGNED
    for changed in (spoilt, raw[:-1], raw + b"\0", b"", b"\xff" * 1000):
        assert read_install_file(changed, card=None, now_s=0) is InstallFault.FILE_ALTERED


def test_another_towns_file_is_refused_where_the_machine_knows_its_ledger(town: Town, other: Town) -> None:
    raw = sign_install_file(other.ledger_dir, new_code(other))

    assert read_install_file(raw, card=card_of(town), now_s=0) is InstallFault.OTHER_LEDGER
    assert isinstance(read_install_file(raw, card=None, now_s=0), EnrolmentCode)


def test_nobody_elses_key_signs_for_this_ledger(town: Town, other: Town) -> None:
    """The stranger has our code, our root, our card: everything but the online key."""
    text = new_code(town)
    honest = InstallFile.from_bytes(sign_install_file(town.ledger_dir, text))
    stranger = SigningKey.from_seed((open_folder(other.ledger_dir).keys_dir / "trust" / "online.key").read_bytes())
    forged = build_install_file(honest.code, expires_s=honest.expires_s, roots=honest.roots, key=stranger)
    own_root = InstallFile.from_bytes(sign_install_file(other.ledger_dir, new_code(other))).roots
    swapped = build_install_file(honest.code, expires_s=honest.expires_s, roots=own_root, key=stranger)

    for raw in (forged, swapped):
        assert read_install_file(raw, card=card_of(town), now_s=0) is InstallFault.FILE_ALTERED
        assert read_install_file(raw, card=None, now_s=0) is InstallFault.FILE_ALTERED


def test_a_file_for_one_board_is_for_that_board(town: Town) -> None:
    raw = sign_install_file(town.ledger_dir, new_code(town), machine="10000000aabbccdd")

    # No board of that number runs these tests.
    assert read_install_file(raw, card=card_of(town), now_s=0) is InstallFault.OTHER_MACHINE


def test_only_codes_that_wait_to_be_used_are_signed(town: Town, other: Town) -> None:
    unknown = dataclasses.replace(card_of(town), secret=b"x" * 16)
    from pos.voucher.qr import QrKind, encode_text

    for text in ("CKP1:ABC", "", encode_text(QrKind.ENROLMENT, unknown.to_bytes()), new_code(other)):
        with pytest.raises(ConfigError):
            sign_install_file(town.ledger_dir, text)


def test_a_code_that_was_used_is_signed_no_more(town: Town) -> None:
    from sqlalchemy import Connection, update

    from pos.ledger import schema

    text = new_code(town)
    folder = open_folder(town.ledger_dir)

    def use(connection: Connection) -> None:
        connection.execute(update(schema.enrolments).values(public_key=b"k" * 32, certificate=b"c"))

    with closing(open_database(folder.database_url, ledger=folder.ledger)) as database:
        database.write(use)

    with pytest.raises(ConfigError):
        sign_install_file(town.ledger_dir, text)


def test_the_same_file_is_judged_once_and_another_one_at_once(tmp_path: Path) -> None:
    files = InstallFiles(path=tmp_path / "install.cose")
    assert files.newest() is None

    files.path.write_bytes(b"one")
    assert (files.newest(), files.newest()) == (b"one", None)
    files.path.write_bytes(b"two")

    assert (files.newest(), files.newest()) == (b"two", None)


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    files = InstallFiles(path=tmp_path / "install.cose")
    os.mkfifo(files.path)
    assert files.newest() is None
    files.path.unlink()

    (tmp_path / "elsewhere").write_bytes(b"one")
    files.path.symlink_to(tmp_path / "elsewhere")
    assert files.newest() is None
