"""Which programme is good in which shop: written here by hand, decided by the terminals of four shops."""

import argparse
from pathlib import Path

import pytest

from pos.link.state import Outcome, VerdictView
from pos.sandbox.cli import add_parsers
from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.sandbox.places import load_places
from pos.sandbox.town import DAY_S, TownError, init
from pos.till.reasons import Reason
from pos.voucher.signed import decode_voucher
from pos.words import words_for
from tests.support.core_builders import open_shop

AREA, CLASS = Reason.WRONG_AREA, Reason.WRONG_MERCHANT_CLASS
ISSUE, INDUSTRY = Reason.WRONG_ISSUE_CLASS, Reason.WRONG_INDUSTRY
PURSES = (
    "41390 general", "41390 youth", "41390 points", "41390 market", "41390 study", "41390 books", "41390 transport",
    "41390 moving", "41130 general", "41130 books", "41130 postnatal", "52130 general", "52130 farmers",
    "52130 moving", "46890 fishers", "46890 postnatal",
)  # fmt: skip
AWAY = (AREA,)
JUDGED = {
    "m-bakery": (
        None, None, None, CLASS, INDUSTRY, INDUSTRY, INDUSTRY, None, *AWAY * 3, *AWAY * 3, *AWAY * 2,
    ),
    "m-butcher": (*AWAY * 8, *AWAY * 3, None, None, None, *AWAY * 2),
    "m-bookshop": (*AWAY * 8, None, None, None, *AWAY * 3, *AWAY * 2),
    "m-academy": (
        ISSUE, None, None, ISSUE, None, INDUSTRY, INDUSTRY, CLASS, *AWAY * 3, *AWAY * 3, *AWAY * 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("merchant", JUDGED)
def test_each_shop_takes_the_programmes_that_are_good_there_and_says_why_not_others(
    merchant: str, tmp_path: Path
) -> None:
    shop = open_shop(init(tmp_path / "town", seed="7", merchant=merchant))
    words = {language: words_for(language) for language in ("ko", "en")}

    for purse, reason in zip(PURSES, JUDGED[merchant], strict=True):
        issuer, program = purse.split()
        shop.type_amount(5_000)
        shop.see(shop.code(5_000, shop.hand(issuer=issuer, program=program)))

        verdict: VerdictView = shop.verdict
        expected = (Outcome.APPROVED, "") if reason is None else (Outcome.DECLINED, reason)
        assert (verdict.outcome, verdict.reason) == expected, purse
        assert all(said.verdict(verdict).detail and said.verdict(verdict).customer for said in words.values())
    shop.close()


def test_every_shop_has_customers_whose_purse_is_good_there() -> None:
    places = load_places()
    programs = {person.program for merchant in places.merchants for person in places.customers_of(merchant)}

    assert all(len(places.customers_of(merchant)) >= 4 for merchant in places.merchants)
    assert {"general", "youth", "points", "moving", "farmers", "books", "postnatal", "study"} <= programs
    forms = {program.form for issuer in places.issuers.values() for program in issuer.programs.values()}
    assert forms == {"mobile", "paper", "card"}


def test_a_terminal_is_made_for_any_shop_and_for_no_other(tmp_path: Path) -> None:
    town = init(tmp_path / "town", merchant="m-butcher")
    toml = town.terminal_toml.read_text("utf-8")

    assert 'id = "t-butcher-1"' in toml
    assert 'merchant = "m-butcher"' in toml
    assert town.home_issuer == "52130"
    with pytest.raises(TownError, match="it has m-bakery, m-butcher, m-bookshop, m-academy"):
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
