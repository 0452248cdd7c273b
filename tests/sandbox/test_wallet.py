"""A wallet's counters: durable before a payment is shown, and never used twice."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import cbor2
import pytest

from pos.sandbox.wallet import claims, wire
from pos.sandbox.wallet.errors import CannotPayError, DamagedError, UnknownHolderError, UnreadableError, WalletError
from pos.sandbox.wallet.purse import Purse
from pos.sandbox.wallet.wallet import VoucherId, Wallet

Fill = Callable[..., VoucherId]


def payment_in(text: str) -> dict[int, object]:
    raw = wire.from_text(wire.Prefix.PAYMENT, text)
    payload = cbor2.loads(wire.open_envelope(raw).payload)
    assert isinstance(payload, dict)
    return payload


def line_of(text: str) -> tuple[object, object, object]:
    payment = payment_in(text)
    return payment[claims.SEQUENCE], payment[claims.SPENT_BEFORE], payment[claims.AMOUNT]


def test_payments_of_a_purse_form_a_line(wallet: Wallet, fill: Fill, now_s: int) -> None:
    purse = fill(value_won=50_000)

    lines = [line_of(wallet.pay(purse, amount_won=won, now_s=now_s)) for won in (12_000, 3_000, 35_000)]

    assert lines == [(1, 0, 12_000), (2, 12_000, 3_000), (3, 15_000, 35_000)]
    assert wallet.purse(purse).left_won == 0


def test_a_payment_carries_the_voucher_unchanged_and_the_holders_signature(
    wallet: Wallet, make_voucher: Callable[..., bytes], now_s: int
) -> None:
    holder = wallet.make_key()
    voucher = make_voucher(holder)
    text = wallet.pay(wallet.add(voucher), amount_won=1_000, now_s=now_s)

    envelope = wire.open_envelope(wire.from_text(wire.Prefix.PAYMENT, text))
    assert wire.is_signed(envelope, public_key=holder, purpose=wire.Purpose.PAYMENT)
    assert payment_in(text)[claims.VOUCHER] == voucher
    assert payment_in(text).keys() == {
        claims.ISSUED, claims.VOUCHER, claims.SEQUENCE, claims.SPENT_BEFORE, claims.AMOUNT,
    }  # fmt: skip


def test_a_purse_never_signs_more_than_its_value(wallet: Wallet, fill: Fill, now_s: int) -> None:
    purse = fill(value_won=10_000)
    wallet.pay(purse, amount_won=9_000, now_s=now_s)
    before = wallet.purse(purse)

    with pytest.raises(CannotPayError, match="1,000 won left"):
        wallet.pay(purse, amount_won=1_001, now_s=now_s)

    assert wallet.purse(purse) == before


@pytest.mark.parametrize("amount_won", [0, -1, 100_000_001])
def test_an_amount_that_cannot_be_paid_moves_no_counter(
    wallet: Wallet, fill: Fill, now_s: int, amount_won: int
) -> None:
    purse = fill()

    with pytest.raises(CannotPayError):
        wallet.pay(purse, amount_won=amount_won, now_s=now_s)

    assert wallet.purse(purse).sequence == 0


def test_showing_again_gives_the_same_bytes_and_the_next_payment_a_new_sequence(
    wallet: Wallet, fill: Fill, now_s: int
) -> None:
    purse = fill()
    first = wallet.pay(purse, amount_won=5_000, now_s=now_s)

    assert wallet.show_again(purse) == first
    assert Wallet(wallet.folder).show_again(purse) == first
    assert line_of(wallet.pay(purse, amount_won=5_000, now_s=now_s)) == (2, 5_000, 5_000)


def test_nothing_can_be_shown_again_before_the_first_payment(wallet: Wallet, fill: Fill) -> None:
    with pytest.raises(WalletError, match="paid nothing"):
        wallet.show_again(fill())


def test_an_answer_carries_audience_nonce_and_amount_of_the_request(
    wallet: Wallet, fill: Fill, till, now_s: int
) -> None:
    payment = payment_in(wallet.answer(fill(), till.text(), amount_won=12_000, now_s=now_s))

    assert (payment[claims.AUDIENCE], payment[claims.NONCE], payment[claims.AMOUNT]) == ("m-bakery", b"n" * 16, 12_000)


def test_the_same_request_is_answered_with_the_same_bytes_from_whichever_purse(
    wallet: Wallet, fill: Fill, till, now_s: int
) -> None:
    first, second = fill(number=1), fill(number=2)
    answer = wallet.answer(first, till.text(), amount_won=12_000, now_s=now_s)

    assert wallet.answer(first, till.text(), amount_won=12_000, now_s=now_s + 60) == answer
    assert wallet.answer(second, till.text(), amount_won=12_000, now_s=now_s) == answer
    assert wallet.purse(second).sequence == 0


def test_a_request_over_another_amount_is_not_answered(wallet: Wallet, fill: Fill, till, now_s: int) -> None:
    purse = fill()

    with pytest.raises(CannotPayError, match="12,000 won, not 11,000 won"):
        wallet.answer(purse, till.text(), amount_won=11_000, now_s=now_s)

    assert wallet.purse(purse).sequence == 0


def test_a_voucher_of_another_wallet_is_not_taken(wallet: Wallet, make_voucher: Callable[..., bytes]) -> None:
    with pytest.raises(UnknownHolderError, match="pay from the wallet that made that key"):
        wallet.add(make_voucher(wire.public_key_of(b"z" * 32)))


def test_adding_a_voucher_again_keeps_its_counters(
    wallet: Wallet, make_voucher: Callable[..., bytes], now_s: int
) -> None:
    voucher = make_voucher(wallet.make_key())
    purse = wallet.add(voucher)
    wallet.pay(purse, amount_won=7_000, now_s=now_s)

    assert wallet.add(voucher) == purse
    assert wallet.purse(purse).spent_won == 7_000


def test_a_second_voucher_under_the_same_id_is_refused(wallet: Wallet, make_voucher: Callable[..., bytes]) -> None:
    wallet.add(make_voucher(wallet.make_key()))

    with pytest.raises(WalletError, match="same id"):
        wallet.add(make_voucher(wallet.make_key()))


@pytest.mark.parametrize(
    "changed",
    [{"k8": {1: {1: 1, -1: 6, -2: b"\x01" + bytes(31)}}}, {"k8": {1: {True: 1, -1: 6, -2: b"x" * 32}}},
     {"km65539": "A-1"}, {"km65538": 0}, {"km65538": True}, {"k1": "4139"}, {"k1": "４１３９０"}, {"k7": b"short"}],
)  # fmt: skip
def test_a_voucher_of_any_other_shape_is_not_taken(
    wallet: Wallet, make_voucher: Callable[..., bytes], changed: dict[str, object]
) -> None:
    with pytest.raises(UnreadableError):
        wallet.add(make_voucher(wallet.make_key(), **changed))


def test_keys_and_counters_are_readable_by_their_owner_only(wallet: Wallet, fill: Fill) -> None:
    fill()

    files = [path for path in wallet.folder.rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_a_damaged_purse_signs_nothing(wallet: Wallet, fill: Fill, now_s: int, cut: int) -> None:
    purse = fill()
    path = next((wallet.folder / "purses").iterdir())
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(DamagedError):
        wallet.pay(purse, amount_won=1_000, now_s=now_s)


def test_a_purse_that_contradicts_itself_signs_nothing(wallet: Wallet, fill: Fill, now_s: int) -> None:
    purse = fill(value_won=50_000)
    wallet.pay(purse, amount_won=20_000, now_s=now_s)
    path = next((wallet.folder / "purses").iterdir())
    content = list(wire.decode(path.read_bytes()))
    path.write_bytes(wire.encode([*content[:2], 0, 0, content[4]]))

    with pytest.raises(DamagedError, match="contradicts"):
        wallet.pay(purse, amount_won=1_000, now_s=now_s)


def test_only_the_newest_payments_are_kept_for_showing_again(wallet: Wallet, fill: Fill, now_s: int) -> None:
    purse = fill()
    for _ in range(40):
        wallet.pay(purse, amount_won=100, now_s=now_s)

    stored = wallet.purse(purse)
    assert (stored.sequence, stored.spent_won, len(stored.shown)) == (40, 4_000, 32)
    assert Purse.from_bytes(stored.to_bytes()) == stored


def test_many_hands_at_once_never_share_a_sequence(wallet: Wallet, fill: Fill, now_s: int) -> None:
    purse, texts = fill(value_won=50_000), []

    def pay_often() -> None:
        texts.extend(Wallet(wallet.folder).pay(purse, amount_won=10, now_s=now_s) for _ in range(25))

    hands = [threading.Thread(target=pay_often) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert sorted(line_of(text)[0] for text in texts) == list(range(1, 101))


KILLED = """
import os, sys
from pathlib import Path
from pos.sandbox.wallet import files
from pos.sandbox.wallet.wallet import VoucherId, Wallet

calls, left = 0, int(sys.argv[4])

def dying(function):
    def call(*given, **named):
        global left
        if left == 0:
            os.kill(os.getpid(), 9)
        left -= 1
        return function(*given, **named)
    return call

for name in ("fsync", "fchmod", "fdopen", "open"):
    setattr(files.os, name, dying(getattr(os, name)))
files.Path.replace = dying(Path.replace)
wallet = Wallet(Path(sys.argv[1]))
purse = VoucherId(issuer=sys.argv[2], voucher_id=bytes.fromhex(sys.argv[3]))
print(wallet.pay(purse, amount_won=1000, now_s=1790000000), flush=True)
"""


def test_a_wallet_killed_anywhere_has_shown_nothing_that_it_forgets(
    wallet: Wallet, fill: Fill, now_s: int, tmp_path: Path
) -> None:
    purse = fill(value_won=50_000)
    shown: list[str] = []
    deaths = 0

    for point in range(40):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, wallet.folder, purse.issuer, purse.voucher_id.hex(), str(point)],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        shown += done.stdout.split("\n")[:-1]
        stored = wallet.purse(purse)
        assert not shown or stored.sequence >= line_of(shown[-1])[0]
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        deaths += 1

    shown.append(wallet.pay(purse, amount_won=1_000, now_s=now_s))
    sequences = [line_of(text)[0] for text in shown]
    assert deaths >= 5
    assert len(set(sequences)) == len(sequences) == 2
