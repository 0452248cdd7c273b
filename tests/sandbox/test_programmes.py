"""Which programme is good in which shop: written here by hand, decided by the terminals of every shop of the towns."""

import argparse
from pathlib import Path

import pytest

from pos.link.state import Outcome, VerdictView
from pos.sandbox.cli import add_parsers
from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.sandbox.places import load_places
from pos.sandbox.town import DAY_S, TownError, init
from pos.till.reasons import Reason
from pos.voucher.bodies import PaymentApproved, PaymentDeclined
from pos.voucher.signed import decode_voucher
from pos.words import words_for
from tests.support.core_builders import open_shop

AREA, CLASS = Reason.WRONG_AREA, Reason.WRONG_MERCHANT_CLASS
ISSUE, INDUSTRY = Reason.WRONG_ISSUE_CLASS, Reason.WRONG_INDUSTRY
JUDGED: dict[str, dict[str, Reason | None]] = {
    "m-bakery": {
        "41390 general": None, "41390 youth": None, "41390 points": None, "41390 moving": None,
        "41390 market": CLASS, "41390 study": INDUSTRY, "41390 books": INDUSTRY, "41390 transport": INDUSTRY,
    },
    "m-taxi": {
        "41390 general": None, "41390 youth": None, "41390 points": None, "41390 moving": None, "41390 transport": None,
        "41390 market": CLASS, "41390 study": INDUSTRY, "41390 books": INDUSTRY,
    },
    "m-stall": {
        "41390 market": None, "41390 youth": None, "41390 points": None, "41390 moving": None, "41390 study": None,
        "41390 books": None, "41390 general": CLASS, "41390 transport": INDUSTRY,
    },
    "m-academy": {
        "41390 youth": None, "41390 points": None, "41390 study": None, "41390 general": ISSUE, "41390 market": ISSUE,
        "41390 moving": CLASS, "41390 books": INDUSTRY, "41390 transport": INDUSTRY,
    },
    "m-bookshop": {"41130 general": None, "41130 youth": None, "41130 books": None, "41130 postnatal": None},
    "m-butcher": {"52130 general": None, "52130 farmers": None, "52130 moving": None},
    "m-tackle": {
        "46890 general": None, "46890 fishers": None, "46890 farmers": None, "46890 moving": INDUSTRY,
        "46890 postnatal": INDUSTRY,
    },
    "m-pharmacy": {
        "46890 general": None, "46890 fishers": None, "46890 farmers": None, "46890 postnatal": None,
        "46890 moving": INDUSTRY,
    },
    "m-mart": {
        "46890 moving": None, "46890 general": ISSUE, "46890 fishers": CLASS, "46890 farmers": CLASS,
        "46890 postnatal": INDUSTRY,
    },
}  # fmt: skip
"""What each shop takes of its own municipality's purses, and why not the others; a purse of elsewhere never."""
PURSES = sorted({purse for judged in JUDGED.values() for purse in judged})
ALLOWANCES = {
    "youth", "farmers", "fishers", "moving", "books", "study", "transport", "postnatal", "points",
}  # fmt: skip


@pytest.mark.parametrize("merchant", JUDGED)
def test_each_shop_takes_the_programmes_that_are_good_there_and_says_why_not_others(
    merchant: str, tmp_path: Path
) -> None:
    shop = open_shop(init(tmp_path / "town", seed="7", merchant=merchant))
    words = {language: words_for(language) for language in ("ko", "en")}

    for purse in PURSES:
        reason = JUDGED[merchant].get(purse, AREA)
        issuer, program = purse.split()
        shop.type_amount(5_000)
        shop.see(shop.code(5_000, shop.hand(issuer=issuer, program=program)))

        verdict: VerdictView = shop.verdict
        expected = (Outcome.APPROVED, "") if reason is None else (Outcome.DECLINED, reason)
        assert (verdict.outcome, verdict.reason) == expected, purse
        assert all(said.verdict(verdict).detail and said.verdict(verdict).customer for said in words.values())
    taken = [body for body in shop.bodies if isinstance(body, PaymentApproved)]
    refused = [body for body in shop.bodies if isinstance(body, PaymentDeclined)]
    assert (len(taken), len(taken) + len(refused)) == (list(JUDGED[merchant].values()).count(None), len(PURSES))
    shop.close()


def test_every_allowance_is_good_in_some_shop_and_refused_in_others() -> None:
    """The table above is complete: no programme of a town is left out, and none is only ever refused."""
    places = load_places()
    programs = {
        f"{issuer} {name}": program
        for issuer, place in places.issuers.items()
        for name, program in place.programs.items()
        if program.form == "mobile"
    }

    assert set(PURSES) == programs.keys()
    assert {purse.split()[1] for purse in PURSES} >= ALLOWANCES
    assert JUDGED.keys() == places.merchants.keys()
    for purse, program in programs.items():
        reasons = {judged.get(purse, AREA) for judged in JUDGED.values()}
        assert {None, AREA} <= reasons, f"{purse} is taken nowhere, or everywhere"
        shops_there = [
            shop for shop in places.merchants.values() if shop.municipality in places.issuers[purse[:5]].area
        ]
        if any(shop.industry not in program.industries for shop in shops_there) and program.industries:
            assert INDUSTRY in reasons, purse


def test_an_allowance_whose_time_is_over_is_refused_where_it_was_good(tmp_path: Path) -> None:
    for merchant, judged in JUDGED.items():
        shop = open_shop(init(tmp_path / merchant, seed="7", merchant=merchant))
        for issuer, program in (purse.split() for purse, reason in judged.items() if reason is None):
            hand = shop.hand(issuer=issuer, program=program, ends_in_s=1)
            shop.type_amount(5_000)
            assert shop.see(shop.code(5_000, hand)).verdict is not None
            assert shop.verdict.outcome is Outcome.APPROVED, (merchant, program, "its last second")
            shop.clock.pass_s(1)
            shop.type_amount(5_000)
            shop.see(shop.code(5_000, hand, sequence=2, spent_before_won=5_000))
            assert (shop.verdict.outcome, shop.verdict.reason) == (Outcome.DECLINED, Reason.EXPIRED), (
                merchant,
                program,
            )
        shop.close()


def test_every_shop_has_customers_whose_purse_is_good_there() -> None:
    places = load_places()
    programs = {person.program for merchant in places.merchants for person in places.customers_of(merchant)}

    assert all(len(places.customers_of(merchant)) >= 4 for merchant in places.merchants)
    assert {"general", *ALLOWANCES} <= programs
    forms = {program.form for issuer in places.issuers.values() for program in issuer.programs.values()}
    assert forms == {"mobile", "paper", "card"}


def test_a_terminal_is_made_for_any_shop_and_for_no_other(tmp_path: Path) -> None:
    town = init(tmp_path / "town", merchant="m-butcher")
    toml = town.terminal_toml.read_text("utf-8")

    assert 'id = "t-butcher-1"' in toml
    assert 'merchant = "m-butcher"' in toml
    assert town.home_issuer == "52130"
    with pytest.raises(TownError, match="it has m-bakery, m-butcher, m-bookshop, m-academy, m-taxi"):
        init(tmp_path / "other", merchant="m-casino")
    assert not (tmp_path / "other").exists()


def test_an_allowance_ends_when_its_programme_says(tmp_path: Path) -> None:
    town = init(tmp_path / "town")
    lives = {}
    for program in ("general", "points", "moving"):
        issued = issue_voucher(
            town.directory, VoucherOrder(value_won=10_000, program=program), out=tmp_path / f"{program}.cbor"
        )
        claims = decode_voucher(issued.path.read_bytes()).claims
        lives[program] = (claims.expires_s - claims.issued_s) // DAY_S

    assert lives == {"general": 90, "points": 180, "moving": 120}


def test_the_command_line_takes_a_shop() -> None:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers())

    assert parser.parse_args(["sandbox", "init", "d"]).merchant == "m-bakery"
    assert parser.parse_args(["sandbox", "init", "d", "--merchant", "m-butcher"]).merchant == "m-butcher"
