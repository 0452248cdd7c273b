"""The API over real HTTP on loopback, as a terminal meets it."""

import fcntl
import itertools
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Self

import httpx
import pytest

from pos import cbor
from pos.ledger import inbox
from pos.ledger.app import QUEUE_MAX
from pos.ledger.database import open_database
from pos.ledger.enrolment import create_enrolment
from pos.ledger.inbox import Draft
from pos.ledger.office_secrets import OPERATOR, make_secret
from pos.ledger.serve import LedgerThread, running_url
from pos.voucher.calls import verify_signed_time
from pos.voucher.checkpoint import origin_of, parse_proof, verify_checkpoint
from pos.voucher.enrolment import build_enrolment, check_code
from pos.voucher.entry import Entry
from pos.voucher.merkle import verify_inclusion
from pos.voucher.messages import Acknowledgement, MessageKind, verify_acknowledgement, verify_message
from pos.voucher.signed import decode_certificate
from tests.support.ledger_builders import (
    LEDGER,
    Purse,
    Till,
    Town,
    batch_of,
    ledger_keys,
    seeded_key,
    statuses,
    the_ledger,
)

NUMBERS = itertools.count(1)


class Client:
    """A till on the wire; one keyword spoils one thing."""

    def __init__(self, url: str, till: Till) -> None:
        self.till = till
        self.http = httpx.Client(base_url=url, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def call(
        self,
        method: str,
        what: str,
        body: bytes = b"",
        *,
        shift_s: int = 0,
        nonce: bytes | None = None,
        signed_for: str | None = None,
        signed_body: bytes | None = None,
        till: Till | None = None,
        ledger: str = LEDGER,
    ) -> httpx.Response:
        till = till or self.till
        path = f"{self.till.path}/{what}"
        token = till.token(
            method,
            signed_for or path,
            body if signed_body is None else signed_body,
            issued_s=int(time.time()) + shift_s,
            nonce=nonce,
            ledger=ledger,
        )
        self.last_nonce = token.nonce
        return self.http.request(method, path, content=body, headers={"Authorization": till.authorization(token)})

    def deliver(self, *entries: Entry) -> httpx.Response:
        return self.call("POST", "journal", batch_of(*(entries or self.till.journal)))

    def acknowledged(self, response: httpx.Response) -> Acknowledgement:
        assert response.headers["content-type"].startswith("application/cose")
        return verify_acknowledgement(response.content, the_ledger(), nonce=self.last_nonce)


def a_purse() -> Purse:
    return Purse(f"p{next(NUMBERS)}")


def problem_of(response: httpx.Response) -> dict[int | str, cbor.Value]:
    assert response.headers["content-type"] == "application/concise-problem-details+cbor"
    problem = cbor.decode(response.content)
    assert isinstance(problem, dict)
    assert problem[-4] == response.status_code
    return problem


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """One town for all tests here; each test has a till and purses of its own in it."""
    return Town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def ledger(town: Town) -> Iterator[LedgerThread]:
    with LedgerThread(town.data) as running:
        yield running


@pytest.fixture
def till(town: Town) -> Till:
    return town.till(f"t-{next(NUMBERS)}")


@pytest.fixture
def own_town(tmp_path: Path) -> Town:
    return Town(tmp_path / "town")


@pytest.fixture
def client(ledger: LedgerThread, till: Till) -> Iterator[Client]:
    with Client(ledger.url, till) as made:
        yield made


def eventually(look: Callable[[], httpx.Response], status: int) -> httpx.Response:
    """Ask again until the answer has this status; the caller's long poll or the log needs a moment."""
    response = look()
    for _ in range(200):
        if response.status_code == status:
            return response
        response = look()
    raise AssertionError(f"still {response.status_code}")


def test_a_delivery_is_acknowledged_under_signature(client: Client) -> None:
    client.till.approve(a_purse().pay(12_000), 12_000)

    response = client.deliver()

    assert response.status_code == 200
    acknowledged = client.acknowledged(response)
    assert (acknowledged.sequence, acknowledged.hash) == (1, client.till.journal[0].hash)
    assert statuses(acknowledged.outcomes) == ["settled"]


def test_the_same_delivery_twice_changes_nothing(client: Client) -> None:
    client.till.approve(a_purse().pay(12_000), 12_000)

    first = client.acknowledged(client.deliver())
    second = client.acknowledged(client.deliver())

    assert (second.sequence, second.hash, second.outcomes) == (first.sequence, first.hash, first.outcomes)


def test_a_gap_answers_409_with_a_signed_head(client: Client) -> None:
    for _ in range(5):
        client.till.write("drawer.opened", {7: "change"})
    client.deliver(*client.till.journal[:2])

    response = client.deliver(*client.till.journal[3:])

    assert response.status_code == 409
    assert client.acknowledged(response).sequence == 2


def test_a_clone_answers_409_and_both_heads_are_kept(client: Client) -> None:
    client.till.write("drawer.opened", {7: "change"})
    clone = client.till.cloned()
    clone.write("drawer.opened", {7: "the clone"})
    clone.approve(a_purse().pay(1_000), 1_000)
    client.till.write("drawer.opened", {7: "the original"})
    client.deliver()

    response = client.deliver(*clone.journal)

    assert response.status_code == 409
    head = client.acknowledged(response)
    assert (head.sequence, head.hash) == (2, client.till.journal[1].hash)
    assert head.outcomes == ()


def test_reordered_and_truncated_batches_lose_nothing(client: Client) -> None:
    entries = [client.till.write("drawer.opened", {7: str(number)}) for number in range(6)]
    whole = batch_of(*entries)

    assert client.deliver(entries[1], entries[0]).status_code == 409
    assert client.deliver(entries[0], entries[2], entries[1]).status_code == 409
    assert client.call("POST", "journal", whole[:-7]).status_code == 400
    assert client.deliver(*entries, *entries).status_code == 200

    held = cbor.decode(client.call("GET", "journal?after=0").content)
    assert held == [entry.raw for entry in entries]


def test_a_journal_is_fetched_from_where_it_is_missing(client: Client) -> None:
    entries = [client.till.write("drawer.opened", {7: str(number)}) for number in range(4)]
    client.deliver()

    assert cbor.decode(client.call("GET", "journal?after=2").content) == [entry.raw for entry in entries[2:]]
    assert cbor.decode(client.call("GET", "journal?after=4").content) == []


def test_entries_before_one_that_is_not_the_tills_count(client: Client, town: Town) -> None:
    stranger = town.till("t-strange")
    good, bad = client.till.write("drawer.opened", {}), stranger.write("drawer.opened", {})

    response = client.deliver(good, bad)

    assert response.status_code == 422
    assert "entry 2" in str(problem_of(response)[-2])
    assert client.acknowledged(client.deliver(good)).sequence == 1


@pytest.mark.parametrize("shift_s", [-320, 320])
def test_a_wrong_clock_gets_the_signed_time_and_then_its_way(client: Client, shift_s: int) -> None:
    client.till.write("drawer.opened", {})

    response = client.call("POST", "journal", batch_of(*client.till.journal), shift_s=shift_s)

    assert response.status_code == 401
    signed = verify_signed_time(response.content, the_ledger(), nonce=client.last_nonce)
    assert abs(signed.time_s - time.time()) < 5
    assert client.deliver().status_code == 200


def test_a_token_is_good_once(client: Client) -> None:
    client.till.write("drawer.opened", {})
    nonce = client.till.nonce()

    assert client.call("GET", "journal?after=0", nonce=nonce).status_code == 200
    assert client.call("GET", "journal?after=0", nonce=nonce).status_code == 401
    assert client.call("POST", "journal", batch_of(*client.till.journal), nonce=nonce).status_code == 401
    assert cbor.decode(client.call("GET", "journal?after=0").content) == []


def test_a_token_is_good_for_one_request_of_one_till(client: Client, town: Town) -> None:
    other, unknown = town.till("t-other"), Till(terminal="t-no", merchant="m", key_name="t-no")

    assert client.call("GET", "journal?after=0", signed_for=f"{client.till.path}/journal?after=1").status_code == 401
    assert client.call("POST", "journal", b"\x80", signed_body=b"\x81\x40").status_code == 401
    assert client.call("GET", "journal?after=0", ledger="other").status_code == 401
    assert client.call("GET", "journal?after=0", till=other).status_code == 403
    assert client.call("GET", "journal?after=0", till=unknown).status_code == 401
    impostor = replace(client.till, key_name="stolen id")
    assert client.call("GET", "journal?after=0", till=impostor).status_code == 401
    for header in ("", "COSE", "COSE !!!!", "Bearer abc", "COSE 0oRD"):
        response = client.http.get(f"{client.till.path}/journal", headers={"Authorization": header})
        assert response.status_code == 401
        problem_of(response)
    assert client.http.get(f"{client.till.path}/journal").status_code == 401


def test_limits_are_kept_while_reading(client: Client) -> None:
    entry = client.till.write("drawer.opened", {})

    assert client.call("POST", "journal", bytes(1_048_577)).status_code == 413
    assert client.deliver(*[entry] * 257).status_code == 413
    assert client.call("POST", "journal", cbor.encode([bytes(16_385)])).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(65_536)

    token = client.till.token("POST", f"{client.till.path}/journal", issued_s=int(time.time()))
    headers = {"Authorization": client.till.authorization(token)}
    try:
        response = client.http.post(f"{client.till.path}/journal", content=endless(), headers=headers)
        assert response.status_code == 413
    except httpx.WriteError:
        pass  # the ledger hung up in the middle of the flood, as it may
    assert client.deliver(entry).status_code == 200


@pytest.mark.parametrize("body", [b"", b"\xff", b"\xa0", b"\x81\x01", b"\x81\x40", b"\x9f\xff", b"\x81\x41\x00"])
def test_bodies_that_are_no_batch_are_refused_with_a_problem(client: Client, body: bytes) -> None:
    response = client.call("POST", "journal", body)

    assert response.status_code in (400, 422)
    problem_of(response)


def test_what_does_not_exist_is_a_problem_too(client: Client) -> None:
    assert problem_of(client.http.get("/v2/nothing"))[-4] == 404
    assert problem_of(client.http.delete(f"{client.till.path}/journal"))[-4] == 405
    assert client.call("GET", "journal?after=-1").status_code == 400
    assert client.call("GET", "inbox?after=0&wait=x").status_code == 400
    assert client.call("GET", "proofs/xyz").status_code == 400
    assert client.call("GET", f"proofs/{'0' * 64}").status_code == 404


def test_the_trust_repository_is_served_and_nothing_around_it(client: Client, town: Town) -> None:
    published = town.folder.repository_dir / "targets" / "terminals"
    published.mkdir(parents=True)
    (published / "0.t.json").write_text("{}", "utf-8")

    assert client.http.get("/trust/targets/terminals/0.t.json").content == b"{}"
    assert client.http.get("/trust/../keys/ack.key").status_code == 404
    assert client.http.get("/trust/%2e%2e/keys/ack.key").status_code == 404
    assert client.http.get("/trust/%2e%2e/trust/issuers.json").status_code == 404


def test_a_settled_sale_is_proven_in_the_log(client: Client) -> None:
    entry = client.till.approve(a_purse().pay(12_000), 12_000)
    client.deliver()

    text = eventually(lambda: client.call("GET", f"proofs/{entry.hash.hex()}"), 200).text

    proof = parse_proof(text)
    head = verify_checkpoint(proof.checkpoint, origin=origin_of(LEDGER), public_key=ledger_keys().log.public_key)
    assert verify_inclusion(entry.hash, proof.index, head.size, proof.path, head.root)


def test_a_message_ends_a_long_poll_at_once(client: Client, town: Town) -> None:
    client.till.write("drawer.opened", {})
    client.deliver()
    assert cbor.decode(client.call("GET", "inbox?after=0").content) == []

    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(client.call, "GET", "inbox?after=0&wait=60")
        send(town, client.till.terminal, {1: "first"})
        response = polling.result(timeout=20)

    (raw,) = batch(response)
    message = verify_message(raw, the_ledger(), terminal=client.till.terminal)
    assert (message.number, message.kind, message.body) == (1, "settlement", {1: "first"})


def test_messages_keep_their_bytes_and_numbers(client: Client, town: Town) -> None:
    client.till.write("drawer.opened", {})
    client.deliver()
    for text in ("first", "second", "third"):
        send(town, client.till.terminal, {1: text})

    everything = batch(client.call("GET", "inbox?after=0"))

    assert everything == batch(client.call("GET", "inbox?after=0&wait=9"))
    assert everything[1:] == batch(client.call("GET", "inbox?after=1"))
    assert [verify_message(raw, the_ledger(), terminal=client.till.terminal).number for raw in everything] == [1, 2, 3]


def send(town: Town, terminal: str, body: dict[int | str, cbor.Value]) -> None:
    """Another process on the same database has something to say."""
    database = open_database(town.folder.database_url)
    draft = Draft(kind=MessageKind.SETTLEMENT, body=body)
    database.write(lambda c: inbox.send(c, terminal, [draft], now_s=1, key=town.folder.keys.message))
    database.close()


def batch(response: httpx.Response) -> list[bytes]:
    assert response.status_code == 200
    items = cbor.decode(response.content)
    assert isinstance(items, list)
    return [item for item in items if isinstance(item, bytes)]


def test_a_new_till_enrols_with_a_code_and_is_known_at_once(client: Client, town: Town) -> None:
    secret = a_code(town)
    key = seeded_key("terminal t-new")
    request = build_enrolment(secret, [("board", "test")], key=key)

    first = client.http.post("/v1/enrolments", content=request)
    again = client.http.post("/v1/enrolments", content=request)
    other = client.http.post("/v1/enrolments", content=build_enrolment(secret, [], key=seeded_key("thief")))

    assert (first.status_code, again.content, other.status_code) == (200, first.content, 409)
    answer = cbor.decode(first.content)
    assert isinstance(answer, dict)
    certificate = answer[1]
    assert isinstance(certificate, bytes)
    assert decode_certificate(certificate).claims.terminal_key == key.public_key
    assert answer[2] == "m-new"
    till = Till(terminal="t-new", merchant="m-new", key_name="t-new")
    till.approve(a_purse().pay(1_000), 1_000)
    with Client(str(client.http.base_url), till) as enrolled:
        assert enrolled.deliver().status_code == 200


def test_the_operator_sees_the_check_code_that_the_new_till_shows(client: Client, town: Town) -> None:
    key = seeded_key("terminal t-compared")
    request = build_enrolment(a_code(town, terminal="t-compared"), [], key=key)
    assert client.http.post("/v1/enrolments", content=request).status_code == 200
    shown = check_code(key.public_key, ledger=town.folder.ledger)

    page = client.http.get("/office?lang=en", auth=(OPERATOR, make_secret(town.data, OPERATOR)))

    (line,) = (row for row in page.text.splitlines() if "t-compared<" in row)
    assert f"{shown[:3]} {shown[3:]}" in line
    assert client.http.get("/office?lang=en").status_code == 401


def test_codes_that_are_wrong_or_old_are_refused_alike(client: Client, town: Town) -> None:
    key = seeded_key("new")
    old = a_code(town, terminal="t-late", age_s=901)
    answers = [
        client.http.post("/v1/enrolments", content=build_enrolment(secret, [], key=key)) for secret in (old, bytes(16))
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].content == answers[1].content
    assert client.http.post("/v1/enrolments", content=b"junk").status_code == 400


def a_code(town: Town, *, terminal: str = "t-new", age_s: int = 0) -> bytes:
    database = open_database(town.folder.database_url)
    secret = create_enrolment(
        database, terminal=terminal, merchant="m-new", merchant_name="새 가게", now_s=int(time.time()) - age_s
    )
    database.close()
    return secret


def test_a_running_ledger_is_found_and_a_stopped_one_is_not(own_town: Town) -> None:
    assert running_url(own_town.data) is None
    with LedgerThread(own_town.data) as ledger:
        assert running_url(own_town.data) == ledger.url
        assert httpx.get(f"{ledger.url}/healthz").text == "ok"
    assert running_url(own_town.data) is None


def test_stopping_lets_long_polls_go(own_town: Town) -> None:
    till = own_town.till("t-1")
    with LedgerThread(own_town.data) as ledger, Client(ledger.url, till) as client, ThreadPoolExecutor(1) as pool:
        till.write("drawer.opened", {})
        client.deliver()
        polling = pool.submit(client.call, "GET", "inbox?after=0&wait=60")
        client.http.get("/healthz")
        started = time.monotonic()
        ledger.stop()
        response = polling.result(timeout=20)

    assert time.monotonic() - started < 10
    assert batch(response) == []


def test_an_overloaded_ledger_says_when_to_come_again_and_loses_nothing(client: Client, town: Town) -> None:
    client.till.write("drawer.opened", {})
    with (town.data / "ledger.db.lock").open("rb") as lock, ThreadPoolExecutor(QUEUE_MAX + 16) as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the disk stands still
        calls = [pool.submit(client.deliver) for _ in range(QUEUE_MAX + 16)]
        first = next(as_completed(calls)).result()
        fcntl.flock(lock, fcntl.LOCK_UN)
        answers = [call.result() for call in calls]

    assert (first.status_code, first.headers["retry-after"]) == (503, "2")
    assert {answer.status_code for answer in answers} == {200, 503}
    held = cbor.decode(client.call("GET", "journal?after=0").content)
    assert held == [entry.raw for entry in client.till.journal]


def test_a_ledger_with_a_certificate_speaks_tls(own_town: Town) -> None:
    certificate, key = own_town.data / "tls.pem", own_town.data / "tls.key"
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=ledger"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip("no openssl to make a certificate with")
    settings = (own_town.data / "ledger.toml").read_text("utf-8")
    settings = settings.replace('tls_certificate = ""', 'tls_certificate = "tls.pem"').replace(
        '_key = ""', '_key = "tls.key"'
    )
    (own_town.data / "ledger.toml").write_text(settings, "utf-8")

    with LedgerThread(own_town.data) as ledger:
        assert ledger.url.startswith("https://127.0.0.1:")
        assert httpx.get(f"{ledger.url}/healthz", verify=ssl.create_default_context(cafile=certificate)).text == "ok"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{ledger.url}/healthz")
