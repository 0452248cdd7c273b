"""What `init` leaves behind is complete, real, reproducible where asked, and never overwrites anything."""

import stat
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pos import cbor
from pos.anchor import ANCHOR_FILE, load_anchor
from pos.clock import LinuxMachine, Quality, reading
from pos.config import load_config
from pos.core.trust_desk import stored_set
from pos.core.trust_store import FolderTrustStore
from pos.ledger.folder import open_folder
from pos.sandbox import town as town_module
from pos.sandbox.entropy import Entropy
from pos.sandbox.errors import TownError
from pos.sandbox.places import load_places
from pos.sandbox.town import KeyState, Town, deliver_trust, enrol_terminal, init, open_town, revoke_vouchers
from pos.till.policy import RevocationState
from pos.trust.folder import TrustFolder
from pos.voucher.aad import Aad
from pos.voucher.claims import TerminalCertificate
from pos.voucher.cose import parse_sign1, verify_sign1
from pos.voucher.keys import SigningKey
from pos.voucher.trust import LedgerRole


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return init(tmp_path / "town", seed="7")


def trust_of(town: Town, *, terminal: str = "t-bakery-1", merchant: str = "m-bakery") -> FolderTrustStore:
    return FolderTrustStore(town.trust.folder, version=1, terminal=terminal, merchant=merchant, ledger="sandbox")


def keys_of(town: Town) -> dict[str, bytes]:
    paths = [*town.directory.rglob("*.key")]
    return {str(path.relative_to(town.directory)): path.read_bytes() for path in paths}


def test_the_terminal_accepts_its_configuration_and_its_trust_data(town: Town) -> None:
    config = load_config(town.terminal_toml)
    trust = trust_of(town)

    assert (config.terminal.id, config.terminal.merchant, config.terminal.ledger) == (
        "t-bakery-1", "m-bakery", "sandbox",
    )  # fmt: skip
    assert config.ledger.town_dir == town.directory
    assert trust.merchant.municipality == "41390"
    assert {program for issuer in ("41390", "41130", "52130", "46890") if (program := trust.program(issuer, "general"))}
    assert trust.policy.limits.unbound_max_won == 50_000
    assert trust.policy.limits.bound_max_won == 500_000
    assert (trust.policy.limits.count_max, trust.policy.limits.value_max_won) == (10_000, 100_000_000)


def test_strict_limits_are_lower_everywhere(town: Town, tmp_path: Path) -> None:
    strict = trust_of(init(tmp_path / "strict", policy="strict")).policy
    open_ = trust_of(town).policy

    assert strict.limits == strict.limits.tightest(open_.limits) != open_.limits
    assert strict.reduced == strict.reduced.tightest(strict.limits) != strict.limits


def test_the_terminals_certificate_is_signed_by_the_ledger_for_the_key_it_holds(town: Town) -> None:
    trust = trust_of(town)
    envelope = parse_sign1(trust.certificate)
    ledger_key = trust.ledger.key(envelope.kid, LedgerRole.CERTIFICATE)
    certificate = TerminalCertificate.from_payload(envelope.payload)

    assert ledger_key is not None
    assert verify_sign1(envelope, public_key=ledger_key.public_key, aad=Aad.TERMINAL)
    own = SigningKey.from_seed((town.directory / "state" / "terminal.key").read_bytes())
    assert certificate.terminal_key == own.public_key
    assert certificate.merchant_name == "햇살 빵집"
    assert certificate.issued_s <= time.time() < certificate.expires_s


def test_the_terminals_clock_starts_with_a_time_that_the_ledger_signed(town: Town) -> None:
    path = town.directory / "state" / ANCHOR_FILE
    anchor, machine = load_anchor(path), LinuxMachine()
    stored = cbor.decode(path.read_bytes())

    assert anchor is not None
    now = reading(
        wall_s=0, boot_id=machine.boot_id(), boot_ms=machine.boot_ms(), is_synchronised=False, floor_s=1, anchor=anchor
    )
    assert now.quality is Quality.SIGNED
    assert abs(now.time_s - time.time()) < 30
    envelope = parse_sign1(stored[1])  # signed object
    key = trust_of(town).ledger.key(envelope.kid, LedgerRole.TIME)
    assert key is not None
    assert verify_sign1(envelope, public_key=key.public_key, aad=Aad.TIME)


def test_the_ledger_accepts_its_folder_and_its_keys_are_those_in_the_trust_data(town: Town) -> None:
    folder = open_folder(town.ledger_dir)
    ledger = trust_of(town).ledger

    assert folder.ledger == "sandbox"
    assert folder.trust_dir == town.ledger_dir / "trust"
    assert ledger.log_key == folder.keys.log.public_key
    for role in LedgerRole:
        key = getattr(folder.keys, role.value)
        assert ledger.key(key.kid, role) is not None
        assert sum(ledger.key(key.kid, other) is not None for other in LedgerRole) == 1


def test_ledger_and_terminal_start_with_the_same_trust_data(town: Town) -> None:
    served, held = town.served_trust.folder, town.trust.folder
    files = sorted(path.relative_to(held) for path in held.rglob("*") if path.is_file())

    assert Path("merchants/m-bakery.json") in files
    assert Path("issuers.json") in files
    assert all((held / file).read_bytes() == (served / file).read_bytes() for file in files)


def test_each_issuer_has_a_current_a_retired_and_a_revoked_key(town: Town) -> None:
    now_s = int(time.time())
    for code in town.places.issuers:
        issuer = trust_of(town).issuer(code)
        assert issuer is not None
        current, retired, revoked = (issuer.key(town.issuer_key(code, state).kid) for state in KeyState)
        assert current is not None
        assert retired is not None
        assert revoked is not None
        assert (current.signs_at(now_s), current.revoked) == (True, False)
        assert (retired.signs_at(now_s), retired.revoked) == (False, False)
        assert revoked.revoked


def test_secrets_are_readable_by_their_owner_only(town: Town) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in town.directory.rglob("*.key")} == {0o600}


def test_the_same_seed_makes_the_same_keys_and_another_seed_none_of_them(town: Town, tmp_path: Path) -> None:
    again, other, fresh = (init(tmp_path / name, seed=seed) for name, seed in (("a", "7"), ("b", "8"), ("c", None)))

    assert keys_of(again) == keys_of(town)
    assert len(set(keys_of(town).values())) == len(keys_of(town)) == 3 * 4 + 7 + 3 + 1 + 4 * 3 + 2 + 4
    for stranger in (other, fresh):
        assert not set(keys_of(stranger).values()) & set(keys_of(town).values())


def test_an_opened_town_is_the_town_that_was_made(town: Town) -> None:
    assert open_town(town.directory) == town


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(TownError, match="holds other things"):
        init(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_town_is_not_made_twice(town: Town) -> None:
    before = keys_of(town)

    with pytest.raises(TownError, match="a town already"):
        init(town.directory, seed="8")

    assert keys_of(town) == before


def test_an_empty_folder_becomes_a_town_and_a_file_does_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")

    assert open_town(init(tmp_path / "empty").directory).policy == "open"
    with pytest.raises(TownError, match="is a file"):
        init(tmp_path / "file")


@pytest.mark.parametrize("is_new", [True, False])
def test_what_init_could_not_finish_it_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_new: bool) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    directory = tmp_path / "town"
    if not is_new:
        directory.mkdir()
    monkeypatch.setattr(town_module, "enrol_terminal", full)

    with pytest.raises(OSError, match="No space"):
        init(directory)

    assert directory.exists() != is_new
    assert not [*tmp_path.rglob("*.key")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not a town"),
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (msgspec.json.encode({"format": 2, "policy": "open", "seed": None, "made_s": 1}), "newer program"),
    ],
)
def test_a_folder_that_is_no_town_is_not_opened(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "town.json").write_bytes(content)

    with pytest.raises(TownError, match=said):
        open_town(tmp_path)


def test_an_unknown_policy_makes_no_town(tmp_path: Path) -> None:
    with pytest.raises(TownError, match="known are open, strict"):
        init(tmp_path / "town", policy="lax")

    assert not (tmp_path / "town").exists()


def test_a_second_terminal_in_another_towns_shop_is_enrolled_the_same_way(town: Town) -> None:
    home = town.directory / "shops" / "bookshop"
    enrol_terminal(town, home=home, merchant="m-bookshop", terminal="t-bookshop-1", entropy=Entropy.fresh())
    deliver_trust(town, home)

    stored = stored_set(TrustFolder(home / "trust"))
    trust = FolderTrustStore(
        stored.targets, version=1, terminal="t-bookshop-1", merchant="m-bookshop", ledger="sandbox"
    )
    assert load_config(home / "terminal.toml").ledger.town_dir.resolve() == town.directory
    assert trust.merchant.is_tax_exempt
    assert TerminalCertificate.from_payload(parse_sign1(trust.certificate).payload).merchant == "m-bookshop"


def test_a_voucher_revoked_today_is_known_to_the_terminal_once_it_has_the_list(town: Town) -> None:
    now_s, voucher_id = int(time.time()), bytes(range(16))
    revoke_vouchers(town, "41390", (voucher_id,), now_s=now_s)
    before = trust_of(town).revocation("41390", voucher_id, now_s=now_s)
    deliver_trust(town, town.directory)
    after = trust_of(town).revocation("41390", voucher_id, now_s=now_s)

    assert (before, after) == (RevocationState.NOT_REVOKED, RevocationState.REVOKED)
    for listed in town.trust.revoked("41390"):
        assert trust_of(town).revocation("41390", listed, now_s=now_s) is RevocationState.REVOKED
    assert len(town.trust.revoked("41390")) == 5


def test_business_numbers_and_codes_of_the_places_are_well_formed() -> None:
    places = load_places()
    for place in places.merchants.values():
        digits = [int(digit) for digit in place.business_number]
        weighted = sum(digit * weight for digit, weight in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=False))
        assert len(digits) == 10
        assert (weighted + digits[8] * 5 // 10 + digits[9]) % 10 == 0
        assert place.municipality in places.issuers
        place.name.encode("euc-kr"), place.address.encode("euc-kr"), place.representative.encode("euc-kr")
    assert {code: issuer.name for code, issuer in places.issuers.items()} == {
        "41390": "시흥시", "41130": "성남시", "52130": "군산시", "46890": "완도군",
    }  # fmt: skip
    assert all(code in issuer.area for code, issuer in places.issuers.items())


def test_entropy_of_different_names_has_nothing_in_common() -> None:
    entropy = Entropy.of_seed("x")
    names: list[Callable[[], bytes]] = [
        lambda: entropy.secret("a", "b"),
        lambda: entropy.secret("ab"),
        lambda: entropy.branch("a").secret("b"),
        lambda: Entropy.of_seed("y").secret("a", "b"),
    ]

    assert len({name() for name in names}) == len(names)
    assert entropy.secret("a", "b") == Entropy.of_seed("x").secret("a", "b")
