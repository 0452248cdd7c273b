"""Journal entries and what their bodies say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos import cbor
from pos.clock import Quality
from pos.errors import MalformedError
from pos.voucher import bodies
from pos.voucher.aad import Aad
from pos.voucher.bodies import BootStamp, EntryBody, PaymentApproved, UnknownBody, boot_of, parse_body, stamped
from pos.voucher.cose import SignatureError
from pos.voucher.entry import ENTRY_BYTES_MAX, FIRST_PREVIOUS, build_entry, entry_hash, parse_entry, verify_entry
from tests.support.voucher_builders import (
    NOW_S,
    STRANGER_KEY,
    TERMINAL_KEY,
    a_payment,
    an_approval_body,
    an_entry,
    resigned,
    some_bytes,
)

SALE = some_bytes("sale")
HASH = some_bytes("hash", 32)
BOOT = BootStamp(boot_id=some_bytes("boot"), boot_ms=2**40)

EVERY_BODY: tuple[EntryBody, ...] = (
    bodies.JournalOpened(terminal="t-bakery-1", merchant="m-bakery", ledger="sandbox", certificate=b"certificate"),
    bodies.PaymentApproved(
        object_bytes=b"object",
        receipt_number="20261122-0001",
        sale_id=SALE,
        amount_won=100_000_000,
        business_date="2026-11-22",
        checks=(1, 2, 3),
        clerk="김",
    ),
    bodies.PaymentDeclined(business_date="2026-11-22", checks=(1,), reason="not_our_code", scanned_sha256=HASH),
    bodies.PaymentDeclined(
        business_date="2026-11-22",
        checks=(1, 2, 3, 4, 5, 6),
        reason="already_used",
        scanned_sha256=HASH,
        object_bytes=b"object",
        receipt_number="20261122-0002",
        sale_id=SALE,
        amount_won=1,
        clerk="1",
        details="first used at 12:00",
    ),
    bodies.PaymentReferred(business_date="2026-02-28", checks=(), reason="over_sale_limit", scanned_sha256=HASH),
    bodies.RequestOpened(request=b"request", sale_id=SALE, amount_won=1, expires_s=NOW_S, nonce=SALE),
    bodies.RequestClosed(nonce=SALE, reason=bodies.RequestEnd.EXPIRED),
    bodies.TenderRecorded(sale_id=SALE, amount_won=500, business_date="2026-11-22", tender=bodies.TenderKind.CASH),
    bodies.SaleItemised(
        sale_id=SALE,
        business_date="2026-11-22",
        items=(
            bodies.SoldItem(name="한우", unit_price_won=29_000, quantity=2, tax=bodies.TaxClass.EXEMPT, code="8801"),
            bodies.SoldItem(name="bag", unit_price_won=100, quantity=1, tax=bodies.TaxClass.TAXABLE),
        ),
    ),
    bodies.SaleSuspended(sale_id=SALE, business_date="2026-11-22", total_won=0, hold_number=2),
    bodies.SaleResumed(sale_id=SALE, clerk="1"),
    bodies.NoteTaken(
        sale_id=SALE,
        amount_won=30_000,
        business_date="2026-11-22",
        receipt_number="1",
        issuer="41390",
        program="paper",
        denomination_won=10_000,
        count=3,
        serials=("1", "2"),
        change_won=8_000,
        ruling=bodies.ChangeRuling.DUTY,
        marks=(bodies.NoteMark.CHECKED,),
        issue_year=2025,
    ),
    bodies.NoteNumbered(entry=HASH, serials=("3",)),
    bodies.NoteReported(entry=HASH, serials=("3",), reason="stolen"),
    bodies.NotesSubmitted(
        submission=1, issuer="41390", program="paper", amount_won=30_000, count=3, business_date="2026-11-22"
    ),
    bodies.NotesCredited(submission=1, amount_won=30_000, business_date="2026-11-25"),
    bodies.SaleCancelled(sale_id=SALE, business_date="2026-11-22", reason="customer_left"),
    bodies.ReceiptPrinted(receipt_number="1", copy_number=1, outcome=bodies.PrintOutcome.UNKNOWN),
    bodies.ReceiptReprinted(receipt_number="1", copy_number=2, clerk="2"),
    bodies.ReceiptElectronic(receipt_number="1", clerk="2"),
    bodies.SelftestRead(token="482913"),
    bodies.SelftestPayment(object_bytes=b"object", amount_won=1, checks=(1, 2, 3)),
    bodies.SelftestCompleted(version="0.1.0", machine="10000000a1b2c3d4", skipped="read_back"),
    bodies.WipeBegun(reason="stolen"),
    bodies.FormerRead(former="t-bakery-1", entries=12, head=HASH),
    bodies.AttentionClosed(entry=HASH, reason="paper_seen"),
    bodies.DrawerOpened(reason="change"),
    bodies.InboxAcknowledged(number=7),
    bodies.DayOpened(business_date="2026-11-22", float_won=100_000),
    bodies.DayClosed(
        business_date="2026-11-22",
        z_number=12,
        figures=b"[]",
        counted_won=0,
        counted=((50_000, 2), (100, 0)),
        unsent=(23, 5, 96_000),
        clerk="1",
    ),
    bodies.CashMoved(
        amount_won=50_000, direction=bodies.CashDirection.OUT, reason="bank", business_date="2026-11-22", clerk="1"
    ),
    bodies.DocumentAsked(receipt_number="Z12", copy_number=1),
    bodies.PersonAdded(person=1, name="박주인", role=bodies.PersonRole.OWNER),
    bodies.PersonChanged(person=99, name="김점원", role=bodies.PersonRole.CLERK, has_new_pin=1, clerk="1"),
    bodies.PersonRemoved(person=2, clerk="1"),
    bodies.LoggedIn(person=2),
    bodies.LoggedOut(person=2, reason="idle"),
    bodies.WrongPin(person=2, tries=3, clerk="1"),
    bodies.LockedOut(person=2, wait_s=30),
    bodies.ActAllowed(person=1, reason="refund", clerk="2"),
    bodies.TrainingBegun(clerk="2"),
    bodies.TrainingEnded(sales=3),
    bodies.AlarmRaised(cause="journal_forked", details="head 7 differs"),
    bodies.ArchiveAcknowledged(sha256=HASH, until=7, entry=HASH, before="2021-01-01", clerk="1"),
    bodies.ArchivedDropped(sha256=HASH, before="2021-01-01", count=0),
    bodies.TrustUpdated(trust_version=12, root_version=2, timestamp_version=40, origin="download"),
    bodies.TrustWithdrawn(trust_version=3, origin="codes", emergency=b'{"terminals":["t-1"]}'),
    bodies.RemoteAccepted(
        subject=SALE,
        payment_id=SALE,
        sale_id=SALE,
        receipt_number="3",
        amount_won=11_000,
        business_date="2026-11-22",
        issuer="41390",
        program="general",
        total_won=11_000,
        tax=bodies.TaxSplit(taxable_won=10_000, vat_won=1_000, exempt_won=0, service_won=0),
    ),
    bodies.RemoteAnswered(
        subject=SALE, answer=bodies.RemoteAnswerKind.REFUSED, business_date="2026-11-22", reason="sold_out"
    ),
    bodies.RefundRequested(
        receipt_number="2",
        sale_id=SALE,
        amount_won=3_000,
        business_date="2026-11-23",
        reason="changed_mind",
        refund_id=SALE,
        sale_receipt="1",
        kind=bodies.RefundKind.REFUND,
        tender_sequence=7,
        payment_entry=HASH,
        total_won=3_000,
        tax=bodies.TaxSplit(taxable_won=2_727, vat_won=273, exempt_won=0, service_won=0),
    ),
    bodies.CashReceiptRequested(
        cash_receipt_id=SALE,
        sale_id=SALE,
        sale_receipt="1",
        amount_won=11_000,
        tax=bodies.TaxSplit(taxable_won=10_000, vat_won=1_000, exempt_won=0, service_won=0),
        purpose=bodies.CashReceiptPurpose.DEDUCTION,
        identifier_kind=bodies.IdentifierKind.PHONE,
        identifier="010 **** 1234",
        sealed=b"sealed",
        traded_s=NOW_S,
        business_date="2026-11-22",
        clerk="1",
    ),
    bodies.CashReceiptCancelRequested(
        cash_receipt_id=SALE,
        original_id=SALE,
        sale_id=SALE,
        amount_won=11_000,
        tax=bodies.TaxSplit(taxable_won=10_000, vat_won=1_000, exempt_won=0, service_won=0),
        reason=bodies.CashReceiptReason.CANCELLED,
        traded_s=NOW_S,
        business_date="2026-11-22",
    ),
    bodies.CashReceiptIssued(cash_receipt_id=SALE, approval_number="J12345678", approved_s=NOW_S),
    bodies.CashReceiptConfirmed(cash_receipt_id=SALE),
    bodies.CashReceiptRejected(cash_receipt_id=SALE, reason="number_unknown"),
    bodies.PrinterChosen(url="usb:04b8:0e15", profile="clone-80mm?asb=false", columns=48),
    bodies.SettingChosen(setting="receipt.printing", value="ask"),
)


def test_an_entry_is_read_back_as_it_was_written():
    written = an_entry(sequence=2, previous=HASH)

    read = verify_entry(written.raw, TERMINAL_KEY.public_key)

    assert read == written
    assert (read.sequence, read.previous, read.time_s, read.quality) == (2, HASH, NOW_S, Quality.NETWORK)
    assert read.hash == entry_hash(read.raw) == parse_entry(read.raw).hash
    assert (read.kind, read.body) == ("payment.approved", an_approval_body())


def test_entries_form_a_chain():
    first = an_entry()
    second = an_entry(sequence=2, previous=first.hash)
    third = an_entry(sequence=3, previous=second.hash)

    assert first.follows(None)
    assert second.follows(first)
    assert third.follows(second)
    assert not third.follows(first)
    assert not second.follows(None)
    assert not an_entry(sequence=3, previous=first.hash).follows(second)


def test_an_entry_of_another_terminal_or_kind_of_object_is_refused():
    entry = an_entry()
    payload = parse_entry(entry.raw).sign1.payload

    with pytest.raises(SignatureError):
        verify_entry(entry.raw, STRANGER_KEY.public_key)
    with pytest.raises(SignatureError):
        verify_entry(resigned(payload, {}, key=TERMINAL_KEY, aad=Aad.MESSAGE), TERMINAL_KEY.public_key)


def test_only_the_first_entry_follows_nothing():
    with pytest.raises(MalformedError, match="zero bytes"):
        an_entry(sequence=2, previous=FIRST_PREVIOUS)
    with pytest.raises(MalformedError, match="zero bytes"):
        an_entry(sequence=1, previous=HASH)


def test_no_entry_is_signed_that_nobody_could_read():
    with pytest.raises(MalformedError, match=str(ENTRY_BYTES_MAX)):
        an_entry({1: b"x" * ENTRY_BYTES_MAX})
    with pytest.raises(MalformedError, match="kind"):
        an_entry(kind="two\nlines")
    with pytest.raises(MalformedError, match="time"):
        build_entry(
            sequence=1,
            previous=FIRST_PREVIOUS,
            time_s=-1,
            quality=Quality.NONE,
            kind="a",
            body={},
            key=TERMINAL_KEY,
        )


@pytest.mark.parametrize("body", EVERY_BODY, ids=lambda body: body.KIND)
def test_every_body_is_read_back_as_it_was_written(body: EntryBody):
    entry = an_entry(stamped(body, BOOT), kind=body.KIND)

    read = verify_entry(entry.raw, TERMINAL_KEY.public_key)

    assert parse_body(read.kind, read.body) == body
    assert boot_of(read.body) == BOOT


def test_every_kind_has_a_body_here():
    kinds = {kind.KIND for kind in EntryBody.__subclasses__() if hasattr(kind, "__dataclass_fields__")}

    assert {body.KIND for body in EVERY_BODY} == kinds - {BootStamp.KIND}


def test_the_keys_of_an_approval_are_the_protocols():
    paid = a_payment()

    body = an_approval_body(paid)

    assert body == {
        1: paid.raw,
        2: "20261122-0001",
        3: SALE,
        4: 12_000,
        5: "2026-11-22",
        6: list(range(1, 16)),
        100: some_bytes("boot"),
        101: 90_000,
    }


def test_keys_that_a_kind_does_not_know_are_ignored():
    body = an_approval_body() | {77: "later", "note": 1}

    assert parse_body(PaymentApproved.KIND, body) == parse_body(PaymentApproved.KIND, an_approval_body())


def test_a_kind_that_is_not_known_is_carried_as_it_came():
    assert parse_body("weather.noted", {1: [2]}) == UnknownBody(kind="weather.noted", body={1: [2]})


@pytest.mark.parametrize("body", EVERY_BODY, ids=lambda body: body.KIND)
def test_a_body_without_one_of_its_required_keys_is_refused(body: EntryBody):
    whole = body.to_body()
    optional = {2, 17, 18} if isinstance(body, bodies.TenderRecorded) else {17, 18}
    if isinstance(body, bodies.PaymentDeclined | bodies.PaymentReferred):
        optional |= {1, 2, 3, 4}
    if isinstance(body, bodies.RefundRequested):
        optional |= {12, 13}
    if isinstance(body, bodies.RemoteAnswered):
        optional |= {7}
    if isinstance(body, bodies.DayClosed):
        optional |= {73, 74, 76}
    if isinstance(body, bodies.PersonChanged):
        optional |= {63}
    if isinstance(body, bodies.NoteTaken):
        optional |= {34, 35, 36, 37, 39}
    if isinstance(body, bodies.SelftestCompleted):
        optional |= {97, 98}
    for key in whole:
        without = {other: value for other, value in whole.items() if other != key}
        if key in optional:
            parse_body(body.KIND, without)
        else:
            with pytest.raises(MalformedError):
                parse_body(body.KIND, without)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("payment.approved", {4: 0}),
        ("payment.approved", {4: True}),
        ("payment.approved", {5: "2026-02-30"}),
        ("payment.approved", {5: "20261122"}),
        ("payment.approved", {5: "22.11.2026"}),
        ("payment.approved", {6: [0]}),
        ("payment.approved", {6: [True]}),
        ("payment.approved", {6: ["1"]}),
        ("payment.approved", {6: [1] * 65}),
        ("payment.approved", {1: b""}),
        ("payment.approved", {17: "line\nbreak"}),
        ("request.closed", {7: "lost"}),
        ("tender.recorded", {11: "card"}),
        ("receipt.printed", {15: "perhaps"}),
        ("receipt.printed", {14: 0}),
        ("tender.recorded", {13: {1: 1}}),
        ("tender.recorded", {13: [1, 2, 3, 4]}),
        ("tender.recorded", {12: -1}),
        ("sale.itemised", {23: [["x", 1]]}),
        ("sale.itemised", {23: [["x", 1, 0, "taxable"]]}),
        ("sale.itemised", {23: [["x", 1, 1, "free"]]}),
        ("note.taken", {30: "4139"}),
        ("note.taken", {33: 201}),
        ("note.taken", {34: ["x" * 21]}),
        ("note.taken", {37: ["torn"]}),
        ("attention.closed", {16: b"short"}),
    ],
)
def test_a_body_with_one_wrong_value_is_refused(kind: str, changes: dict[int | str, cbor.Value]):
    good = next(body for body in EVERY_BODY if kind == body.KIND).to_body()

    with pytest.raises(MalformedError):
        parse_body(kind, good | changes)


@given(st.dictionaries(st.integers(0, 110), st.integers() | st.text() | st.binary() | st.none(), max_size=12))
@settings(deadline=None)
def test_arbitrary_bodies_raise_only_our_error(body: dict[int | str, cbor.Value]):
    for kind in (good.KIND for good in EVERY_BODY):
        try:
            parse_body(kind, body)
        except MalformedError:
            continue
