"""A second medium at a real counter: written first, done without, taken back."""

from collections.abc import Callable
from pathlib import Path

from pos.journal.mirror import FILE_NAME, MirrorState, prepare_mirror
from pos.link.state import Outcome
from pos.sandbox.town import Town
from pos.voucher.keys import SigningKey
from tests.support.core_builders import Shop


def plug_in(town: Town, stick: Path) -> None:
    key = SigningKey.from_seed((town.directory / "state" / "terminal.key").read_bytes())
    prepare_mirror(stick, terminal="t-bakery-1", public_key=key.public_key)


def state(shop: Shop) -> MirrorState:
    return shop.core.journal.mirror_state


def mirrored(stick: Path, shop: Shop) -> bool:
    content = (stick / FILE_NAME).read_bytes()
    return all(entry.raw in content for entry in shop.entries)


def test_every_entry_is_on_both_media(town: Town, stick: Path, open_with: Callable[..., Shop]) -> None:
    plug_in(town, stick)
    shop = open_with()
    shop.pay(shop.code(4_000), 4_000)
    shop.pay("garbage", 4_000)

    assert state(shop) is MirrorState.CURRENT
    assert mirrored(stick, shop)


def test_a_medium_that_is_not_there_costs_no_sale_and_is_taken_back_when_it_comes(
    town: Town, stick: Path, open_with: Callable[..., Shop]
) -> None:
    shop = open_with()
    assert shop.pay(shop.code(4_000), 4_000).outcome is Outcome.APPROVED
    assert state(shop) is MirrorState.MISSING

    plug_in(town, stick)
    shop.clock.pass_s(61)
    shop.core.tick()

    assert state(shop) is MirrorState.CURRENT
    assert mirrored(stick, shop)


def test_what_only_the_second_medium_has_is_adopted_at_start(
    town: Town, stick: Path, open_with: Callable[..., Shop]
) -> None:
    """The database put back, or lost altogether: nothing that was approved can be approved again."""
    plug_in(town, stick)
    shop = open_with()
    text = shop.code(4_000)
    shop.pay(text, 4_000)
    shop.core.close()
    for path in shop.state_dir.glob("journal.db*"):
        path.unlink()

    shop.restart()

    assert shop.pay(text, 4_000).reason == "already_used"
    assert shop.kinds[:1] == ["payment.approved"]
