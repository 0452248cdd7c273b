"""What is left of the offline limits is seen before a customer is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.link.calls import EnterAmount, PayOther
from pos.link.state import Outcome, SaleView
from tests.support.core_builders import DAY_S, Shop, make_town, open_shop


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Shop]:
    shop = open_shop(make_town(tmp_path / "town", policy="strict"))
    yield shop
    shop.close()


def sale_of(shop: Shop) -> SaleView:
    sale = shop.till.sale
    assert sale is not None, "no sale is open"
    return sale


def test_an_amount_above_the_floor_says_at_once_that_a_request_is_needed(strict: Shop) -> None:
    strict.type_amount(20_000)
    assert not sale_of(strict).needs_request
    strict.screen(EnterAmount(amount_won=20_001))
    assert sale_of(strict).needs_request
    strict.screen(PayOther(kind="cash", amount_won=5_001))
    assert not sale_of(strict).needs_request


def test_what_is_left_falls_with_each_offline_sale_and_the_last_way_is_offered_before_a_refusal(strict: Shop) -> None:
    limits = strict.core.views.checkout.trust.policy.limits
    before = strict.till.limit
    assert before.left_won == limits.value_max_won
    for _ in range(30):
        strict.type_amount(150_000)
        request = strict.ask_phone()
        strict.see(strict.answer_to(request))
        assert strict.verdict.outcome is Outcome.APPROVED
    assert strict.till.limit.used_percent == 90
    assert strict.till.limit.left_won == 500_000

    strict.type_amount(400_000)
    assert not sale_of(strict).is_over_offline
    strict.screen(EnterAmount(amount_won=500_001))
    assert sale_of(strict).is_over_offline


def test_the_age_of_the_last_contact_is_a_limit_too(strict: Shop) -> None:
    policy = strict.core.views.checkout.trust.policy
    strict.clock.pass_s(policy.contact_soft_s + DAY_S)
    strict.type_amount(6_000)

    assert strict.till.limit.used_percent > 20
    assert strict.till.limit.left_won == policy.reduced.value_max_won
    assert sale_of(strict).needs_request, "the limits are tighter by now"
    strict.clock.pass_s(policy.contact_hard_s)
    assert strict.till.limit.used_percent == 100
    assert sale_of(strict).is_over_offline
