"""The pages in a real browser: what a merchant sees, who sees nothing, receipts checked without a network."""

import base64
import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from pos.ledger.office_secrets import OPERATOR, make_secret
from pos.ledger.serve import LedgerThread
from pos.voucher import base45
from pos.voucher.claims import ReceiptCode, ReceiptKind
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.signed import sign_receipt
from tests.support.ledger_builders import NOW_S, Desk, Purse, Till, Town, a_database, pay_out, seeded_key

pytestmark = pytest.mark.slow

WAIT_S = 20


@dataclass
class Served:
    """A ledger that answers, with two days' worth of business in it."""

    url: str
    town: Town
    till: Till
    secret: str
    operator: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    town = Town(tmp_path_factory.mktemp("web") / "town")
    town.name_bearer("issuer")
    database = a_database(town.data / "ledger.db")
    desk = Desk(town, database)
    till, butcher, purse = town.till("t-1"), town.till("t-2", merchant="m-butcher"), Purse("p", value_won=20_000)
    till.approve(purse.copied().pay(9_000), 9_000)
    butcher.approve(purse.copied().pay(8_000), 8_000)
    for each in (till, butcher):
        desk.deliver(each)
    pay_out(desk, "m-bakery")
    database.close()
    secret, operator = (make_secret(town.data, user) for user in ("m-bakery", OPERATOR))
    with LedgerThread(town.data) as ledger:
        yield Served(url=ledger.url, town=town, till=till, secret=secret, operator=operator)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.add_argument("--headless=new")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # which it cannot set up for root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


def opened(browser: webdriver.Chrome, served: Served, path: str, *, user: str = "", secret: str = "") -> str:
    credentials = f"{user}:{secret}@" if user else ""
    browser.get(served.url.replace("//", f"//{credentials}") + path)
    return browser.find_element(By.TAG_NAME, "main").text


def complaints(browser: webdriver.Chrome) -> list[str]:
    return [line["message"] for line in browser.get_log("browser") if "favicon" not in line["message"]]


def receipt_text(till: Till, *, terminal: str = "t-1", amount_won: int = 9_000, key_name: str = "terminal t-1") -> str:
    claims = ReceiptCode(
        terminal=terminal,
        merchant=till.merchant,
        issued_s=NOW_S,
        amount_won=amount_won,
        receipt_number="20260921-0001",
        entry=till.journal[0].hash,
        kind=ReceiptKind.SALE,
        payment=hashlib.sha256(b"payment").digest(),
    )
    return encode_text(QrKind.RECEIPT, sign_receipt(claims, key=seeded_key(key_name)).raw)


def verdict(browser: webdriver.Chrome, code: str) -> tuple[str, str]:
    """Type a code and press the button; the verdict and the details."""
    field = browser.find_element(By.ID, "code")
    field.clear()
    browser.execute_script("document.getElementById('verdict').textContent = ''")
    field.send_keys(code)
    browser.find_element(By.ID, "check").click()
    said = WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_element(By.ID, "verdict").text)
    return said, browser.find_element(By.ID, "details").text


def test_a_merchant_sees_its_day_in_its_language(browser: webdriver.Chrome, served: Served) -> None:
    korean = opened(browser, served, "/office?lang=ko", user="m-bakery", secret=served.secret)
    assert "m-bakery" in korean
    assert browser.find_element(By.ID, "terminals").text.splitlines()[1].startswith("t-1 1 2026-09-2")
    deposits = browser.find_element(By.ID, "deposits").text
    assert "2026-09-23" in deposits
    assert "9,000 원" in deposits
    assert "예정" in deposits
    english = opened(browser, served, "/office?lang=en", user="m-bakery", secret=served.secret)
    assert "Deposits" in english
    assert complaints(browser) == []


def test_the_operator_sees_all_merchants_and_their_conflicts(browser: webdriver.Chrome, served: Served) -> None:
    assert "m-butcher" in opened(browser, served, "/office?lang=en", user=OPERATOR, secret=served.operator)
    opened(browser, served, "/office/m-butcher?lang=en", user=OPERATOR, secret=served.operator)

    conflicts = browser.find_element(By.ID, "conflicts").text

    assert "t-2 1 8,000 won the issuer" in conflicts
    assert browser.find_element(By.ID, "owed").text == "8,000 won"


@pytest.mark.parametrize(
    ("path", "user", "is_right"),
    [("/office", "", True), ("/office", "m-bakery", False), ("/office/m-butcher", "m-bakery", True)],
)
def test_without_the_right_secret_nothing_is_seen(served: Served, path: str, user: str, is_right: bool) -> None:
    secret = served.secret if is_right else "guess"
    request = urllib.request.Request(served.url + path)
    if user:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode())

    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request):
        pass

    with refused.value:
        assert refused.value.code == 401
        assert refused.value.read() == b""


def test_a_receipt_is_checked_with_the_network_gone(browser: webdriver.Chrome, served: Served) -> None:
    opened(browser, served, "/receipt?lang=en")
    browser.set_network_conditions(offline=True, latency=0, throughput=0)
    try:
        genuine = verdict(browser, receipt_text(served.till))
        forged = verdict(browser, receipt_text(served.till, key_name="thief"))
        stranger = verdict(browser, receipt_text(served.till, terminal="t-9"))
        nonsense = [verdict(browser, text)[0] for text in ("CKS1:", "CKP1:ABC", "CKS1:!!!", "hello")]
    finally:
        browser.delete_network_conditions()

    assert genuine[0] == "This receipt is genuine"
    assert [line for line in genuine[1].splitlines() if line not in ("shop", "kind", "amount")][:3] == [
        "바다빵집",
        "sale",
        "9,000 won",
    ]
    assert forged == ("The signature is wrong: changed or forged", "")
    assert stranger == ("A terminal that this page does not know", "")
    assert nonsense == ["This is not a receipt code"] * 4
    assert complaints(browser) == []


def test_a_changed_amount_is_found(browser: webdriver.Chrome, served: Served) -> None:
    """Signature of one receipt, claims of another."""
    opened(browser, served, "/receipt/m-bakery?lang=en")
    honest, richer = (receipt_text(served.till, amount_won=amount_won) for amount_won in (9_000, 90_000))

    spliced = _spliced(honest, richer)

    assert verdict(browser, honest)[0] == "This receipt is genuine"
    assert verdict(browser, spliced)[0] == "The signature is wrong: changed or forged"


def _spliced(honest: str, richer: str) -> str:
    claims, signature = (base45.decode(text.removeprefix("CKS1:")) for text in (richer, honest))
    return "CKS1:" + base45.encode(claims[:-64] + signature[-64:])


def test_the_page_lets_nothing_in_and_nothing_out(served: Served) -> None:
    with urllib.request.urlopen(f"{served.url}/receipt") as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = answer.read().decode()

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "connect-src" not in policy
    assert "onclick" not in page
