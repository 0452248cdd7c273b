"""Witnesses of the log: what they sign, what they never sign, and what a ledger does without them."""

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pos.errors import ConfigError
from pos.ledger import log
from pos.ledger.witness import Witness, WitnessAnswer
from pos.voucher.checkpoint import (
    Checkpoint,
    cosignatures,
    format_growth,
    origin_of,
    parse_growth,
    parse_proof,
    sign_checkpoint,
    verify_checkpoint,
)
from pos.voucher.merkle import (
    Subtree,
    consistency_ranges,
    grown,
    leaf_hash,
    range_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.support.ledger_builders import LEDGER, NOW_S, Desk, Purse, Till, a_witness, ledger_keys, seeded_key

ORIGIN = origin_of(LEDGER)
LOG_KEY = ledger_keys().log


class Tree:
    """A log of numbered leaves; `spoilt` is where another history begins to differ."""

    def __init__(self, size: int, *, spoilt: int | None = None) -> None:
        leaves = [b"other %d" % at if spoilt is not None and at >= spoilt else b"leaf %d" % at for at in range(size)]
        self.nodes: dict[Subtree, bytes] = grown(0, {}, [leaf_hash(leaf) for leaf in leaves])

    def note(self, size: int, *, origin: str = ORIGIN) -> str:
        return sign_checkpoint(Checkpoint(origin=origin, size=size, root=range_hash((0, size), self.nodes)), LOG_KEY)

    def request(self, old_size: int, size: int) -> bytes:
        ranges = consistency_ranges(old_size, size) if 0 < old_size < size else ()
        path = [range_hash(leaves, self.nodes) for leaves in ranges]
        return format_growth(old_size=old_size, path=path, checkpoint=self.note(size)).encode()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return a_witness(tmp_path / "w", name="w.example")


def ask(witness: Witness, body: bytes, *, now_s: int = NOW_S) -> WitnessAnswer:
    return witness.add_checkpoint(body, now_s=now_s)


def test_a_witness_signs_a_log_that_grows(witness: Witness) -> None:
    tree = Tree(20)

    for old_size, size in ((0, 0), (0, 3), (3, 3), (3, 8), (8, 20)):
        answer = ask(witness, tree.request(old_size, size), now_s=NOW_S + size)

        assert answer.status == 200
        (signed,) = cosignatures(tree.note(size) + answer.text, [witness.public_key])
        assert (signed.public_key, signed.time_s) == (witness.public_key, NOW_S + size)


def test_a_witness_signs_no_other_history_and_never_goes_back(witness: Witness) -> None:
    honest, forked = Tree(20), Tree(20, spoilt=2)
    ask(witness, honest.request(0, 8))

    assert ask(witness, forked.request(8, 20)).status == 422
    assert ask(witness, forked.request(8, 8)).status == 409
    assert ask(witness, honest.request(3, 8)) == WitnessAnswer(status=409, text="8\n", media_type="text/x.tlog.size")
    assert ask(witness, honest.request(0, 3)).status == 409
    assert ask(witness, honest.request(8, 20)).status == 200


def test_what_a_witness_cosigned_is_remembered_by_the_next_process(witness: Witness, tmp_path: Path) -> None:
    ask(witness, Tree(8).request(0, 8))

    again = Witness(tmp_path / "w")

    assert ask(again, Tree(20, spoilt=2).request(0, 20)).text == "8\n"


def test_a_witness_whose_memory_is_lost_does_not_start_afresh(witness: Witness, tmp_path: Path) -> None:
    (tmp_path / "w" / "heads.json").unlink()

    with pytest.raises(OSError, match=r"heads\.json"):
        ask(witness, Tree(8).request(0, 8))
    (tmp_path / "w" / "witness.key").unlink()
    with pytest.raises(ConfigError):
        Witness(tmp_path / "w")


@pytest.mark.parametrize(
    ("was", "becomes", "status"),
    [
        (b"old 0", b"old 00", 400),
        (b"old 0", b"new 0", 400),
        (b"old 0\n", b"old 9\n", 400),
        (b"\n8\n", b"\n9\n", 403),
        (ORIGIN.encode(), b"chak/ledger/other", 404),
        (b"\n\n", b"\n", 400),
        (b"old 0\n", b"old 0\n\xff\n", 400),
        (b"old 0\n", b"old 0\n" + b"AAAA\n" * 200, 400),
    ],
)
def test_what_is_not_a_request_is_refused(witness: Witness, was: bytes, becomes: bytes, status: int) -> None:
    body = Tree(8).request(0, 8)
    assert was in body

    assert ask(witness, body.replace(was, becomes, 1)).status == status


def test_another_keys_line_is_no_cosignature(witness: Witness) -> None:
    tree = Tree(8)
    answer = ask(witness, tree.request(0, 8))
    note = tree.note(8) + answer.text

    assert cosignatures(note, [seeded_key("somebody").public_key]) == ()
    assert cosignatures(note.replace("\n8\n", "\n9\n", 1), [witness.public_key]) == ()
    assert len(cosignatures(note + answer.text, [witness.public_key])) == 1


# A ledger and its witnesses


def sell(desk: Desk, till: Till, purse: Purse) -> bytes:
    entry = till.approve(purse.pay(1_000), 1_000)
    desk.deliver(till)
    desk.service.grow_log(now_s=NOW_S)
    return entry.hash


def witnessed(desk: Desk) -> Desk:
    """The same ledger, started again with what its town says now."""
    return Desk(desk.town, desk.database)


def test_proofs_lead_to_a_head_that_a_quorum_has_cosigned(desk: Desk) -> None:
    desk.town.add_witnesses(3, quorum=2)
    desk = witnessed(desk)
    till, purse = desk.town.till("t-1"), Purse("p")

    hashes = [sell(desk, till, purse) for _ in range(5)]

    note = desk.service.checkpoint()
    head = verify_checkpoint(note, origin=ORIGIN, public_key=LOG_KEY.public_key)
    assert head.size == 5
    assert len(cosignatures(note, [witness.public_key for witness in desk.town.witnesses])) == 3
    found = desk.database.read(lambda connection: log.proof_of(connection, hashes[1]))
    assert found is not None
    proof = parse_proof(found)
    assert proof.checkpoint == note
    assert verify_inclusion(hashes[1], proof.index, head.size, proof.path, head.root)


def test_a_ledger_shows_how_its_head_grew_from_an_older_one(desk: Desk) -> None:
    desk.town.add_witnesses(1, quorum=1)
    desk = witnessed(desk)
    till, purse = desk.town.till("t-1"), Purse("p")
    sell(desk, till, purse)
    older = verify_checkpoint(desk.service.checkpoint(), origin=ORIGIN, public_key=LOG_KEY.public_key)
    for _ in range(6):
        sell(desk, till, purse)

    growth = parse_growth(desk.service.growth(older.size))

    newer = verify_checkpoint(growth.checkpoint, origin=ORIGIN, public_key=LOG_KEY.public_key)
    assert (growth.old_size, newer.size) == (1, 7)
    assert verify_consistency(older.size, older.root, newer.size, newer.root, growth.path)


def test_without_a_quorum_the_last_good_head_stays_and_selling_goes_on(desk: Desk) -> None:
    desk.town.add_witnesses(3, quorum=2)
    desk = witnessed(desk)
    till, purse = desk.town.till("t-1"), Purse("p")
    sell(desk, till, purse)
    shown = desk.service.checkpoint()
    for number in (0, 1):
        shutil.move(desk.town.data / "witnesses" / f"w{number}", desk.town.data / "witnesses" / f"away{number}")

    sell(desk, till, purse)
    assert desk.service.checkpoint() == shown

    shutil.move(desk.town.data / "witnesses" / "away0", desk.town.data / "witnesses" / "w0")
    sell(desk, till, purse)
    head = verify_checkpoint(desk.service.checkpoint(), origin=ORIGIN, public_key=LOG_KEY.public_key)
    assert head.size == 3


def test_a_ledger_that_began_before_its_witnesses_brings_them_up(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p")
    for _ in range(4):
        sell(desk, till, purse)
    desk.town.add_witnesses(2, quorum=2)

    desk = witnessed(desk)

    note = desk.service.checkpoint()
    assert len(cosignatures(note, [witness.public_key for witness in desk.town.witnesses])) == 2


def test_a_witness_is_asked_over_http_too(desk: Desk, tmp_path: Path) -> None:
    remote = a_witness(tmp_path / "remote", name="remote.example")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "pos",
        "ledger",
        "witness",
        "--data",
        str(tmp_path / "remote"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _until_answered(port)
            desk.town.witnesses.append(remote)
            desk.town.folder = replace(desk.town.folder, witnesses=(f"http://127.0.0.1:{port}",))
            desk.town.quorum = 1
            desk.town.publish()
            desk = witnessed(desk)
            till, purse = desk.town.till("t-1"), Purse("p")
            for _ in range(2):
                sell(desk, till, purse)
            signed = cosignatures(desk.service.checkpoint(), [remote.public_key])
        finally:
            process.terminate()
    assert len(signed) == 1


def _until_answered(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    raise AssertionError("the witness did not start")
