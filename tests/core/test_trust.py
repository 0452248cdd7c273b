"""Trust data as core reads it: whole or not at all, each damaged file by its name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pos.core.trust_store import FolderTrustStore
from pos.errors import TrustError
from pos.sandbox.town import Town
from pos.till.policy import IssueClass
from pos.voucher.keys import SigningKey
from pos.voucher.trust import LedgerRole

FILES = (
    "issuers.json",
    "policy.json",
    "ledgers.json",
    "merchants/m-bakery.json",
    "terminals/t-bakery-1.json",
    "programs/41390.json",
    "programs/52130.json",
)


def open_store(town: Town) -> FolderTrustStore:
    return FolderTrustStore(town.trust.folder, version=1, terminal="t-bakery-1", merchant="m-bakery", ledger="sandbox")


def change(town: Town, name: str, edit: Callable[[Any], object]) -> None:
    path = town.trust.folder / name
    content = json.loads(path.read_text("utf-8"))
    edit(content)
    path.write_text(json.dumps(content), "utf-8")


def refusal(town: Town) -> str:
    with pytest.raises(TrustError) as error:
        open_store(town)
    return str(error.value)


def test_everything_that_core_asks_is_answered_from_the_folder(town: Town) -> None:
    store = open_store(town)

    issuer = store.issuer("41390")
    program = store.program("41390", "youth")
    assert issuer is not None
    assert program is not None
    assert (issuer.name, program.issue_class, program.area) == ("시흥시", IssueClass.POLICY, frozenset({"41390"}))
    assert store.merchant.name == "햇살 빵집"
    assert (store.policy.payment_age_s, store.policy.request_life_s) == (180, 300)
    assert any(LedgerRole.ACK in key.roles for key in store.ledger.keys)
    assert store.certificate.startswith(b"\xd2")
    assert (store.issuer("00000"), store.program("41390", "no such"), store.version) == (None, None, 1)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 1', b'{"version": "one"}', b"[" * 100_000],
    ids=["empty", "open", "list", "null", "not text", "cut", "wrong type", "deep"],
)
def test_each_damaged_file_is_named(town: Town, name: str, content: bytes) -> None:
    (town.trust.folder / name).write_bytes(content)

    assert refusal(town).startswith(f"{name}: ")


@pytest.mark.parametrize("name", FILES)
def test_each_missing_file_is_named(town: Town, name: str) -> None:
    (town.trust.folder / name).unlink()

    assert refusal(town).startswith(f"{name}: cannot be read: ")


@pytest.mark.parametrize("name", FILES)
def test_a_name_that_stands_twice_is_refused(town: Town, name: str) -> None:
    path = town.trust.folder / name
    path.write_text(path.read_text("utf-8").replace('"version"', '"version": 1, "version"', 1), "utf-8")

    assert refusal(town) == f"{name}: the name 'version' stands twice in one object"


@pytest.mark.parametrize("name", FILES)
def test_unknown_fields_are_ignored(town: Town, name: str) -> None:
    change(town, name, lambda content: content.update(news={"from": ["a", "later", "version"]}))

    assert open_store(town).version == 1


def _spoil_limit(content: Any) -> None:
    content["limits"]["count_max"] = -1


def _forget_limit(content: Any) -> None:
    del content["limits"]["count_max"]


def _spoil_key(content: Any) -> None:
    # A point of small order: signatures under it can be made by anybody.
    content["issuers"]["41390"]["keys"][0]["public_key"] = "01" + "00" * 31


def _swap_kid(content: Any) -> None:
    content["issuers"]["41390"]["keys"][0]["kid"] = "00" * 8


def _cut_key(content: Any) -> None:
    content["issuers"]["41390"]["keys"][0]["public_key"] = "ab"


def _spoil_ledger_key(content: Any) -> None:
    content["ledgers"]["sandbox"]["keys"][0]["public_key"] = SigningKey.generate().public_key.hex()


def _no_ledger(content: Any) -> None:
    content["ledgers"].clear()


def _other_merchant(content: Any) -> None:
    content["merchant"] = "m-butcher"


def _other_terminal(content: Any) -> None:
    content["terminal"] = "t-butcher-1"


def _no_certificate(content: Any) -> None:
    content["certificate"] = "not hex"


def _odd_class(content: Any) -> None:
    content["programs"]["general"]["issue_class"] = "gold"


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("policy.json", _spoil_limit),
        ("policy.json", _forget_limit),
        ("issuers.json", _spoil_key),
        ("issuers.json", _swap_kid),
        ("issuers.json", _cut_key),
        ("ledgers.json", _spoil_ledger_key),
        ("ledgers.json", _no_ledger),
        ("merchants/m-bakery.json", _other_merchant),
        ("terminals/t-bakery-1.json", _other_terminal),
        ("terminals/t-bakery-1.json", _no_certificate),
        ("programs/41390.json", _odd_class),
    ],
)
def test_what_is_used_is_checked_and_the_file_named(town: Town, name: str, edit: Callable[[Any], None]) -> None:
    change(town, name, edit)

    assert refusal(town).startswith(f"{name}: ")


def test_a_programme_keeps_to_its_own_limits_and_takes_the_rest_from_the_policy(town: Town) -> None:
    change(
        town,
        "programs/41390.json",
        lambda content: content["programs"]["general"].update(limits={"unbound_max_won": 7_000}),
    )

    store = open_store(town)
    program = store.program("41390", "general")

    assert program is not None
    assert program.limits is not None
    assert program.limits.unbound_max_won == 7_000
    assert program.limits.bound_max_won == store.policy.limits.bound_max_won


def test_a_damaged_revocation_list_is_found_before_the_first_customer_comes(town: Town) -> None:
    path = town.trust.folder / "revocations" / "52130.bin"
    path.write_bytes(path.read_bytes()[:-1])

    assert refusal(town) == "52130.bin: not a revocation list"


def test_the_folder_itself_may_be_missing(tmp_path: Path) -> None:
    with pytest.raises(TrustError, match=r"issuers\.json: cannot be read"):
        FolderTrustStore(tmp_path / "nothing", version=1, terminal="t", merchant="m", ledger="l")
