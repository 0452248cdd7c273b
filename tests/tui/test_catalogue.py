"""A shop owner's price list from a memory stick, by the number pad alone, from the key to the prices."""

from pos.link.calls import AddItem, ImportCatalogue, TellStick
from pos.link.stick import StickState
from pos.till.catalogue import CATALOGUE_FILE
from pos.tui.screens.catalogue import CatalogueScreen
from tests.support.core_builders import Shop
from tests.support.real_counter import RealCounter, open_real_counter

OLD = "이름,가격,세금,단축키\n소금빵,3000,과세,1\n생계란 10구,5000,면세,3\n"
NEW = "이름,가격,세금,단축키\n소금빵,3500,과세,1\n우유 식빵,4500,과세,2\n"


def bring(shop: Shop, text: str) -> None:
    """As the till's own reader of sticks does."""
    staging = shop.config.terminal.staging
    staging.mkdir(parents=True, exist_ok=True)
    (staging / CATALOGUE_FILE).write_bytes(text.encode("cp949"))
    shop.sync(TellStick(state=StickState.READING))
    shop.sync(TellStick(state=StickState.CATALOGUE_BROUGHT))


def shows(counter: RealCounter, *texts: str) -> bool:
    screen = "\n".join(counter.text())
    return all(text in screen for text in texts)


def stock(shop: Shop) -> None:
    shop.control(ImportCatalogue(content=OLD.encode()))


async def test_the_first_screen_says_where_and_four_keys_and_enter_take_it(shop: Shop) -> None:
    stock(shop)
    async with open_real_counter(shop) as (counter, links):
        bring(shop, NEW)
        links[-1].push()
        await counter.settle()
        assert shows(counter, "메모리에 상품 목록 있음: * 8 5 2")

        await counter.press("* 8 5 2")
        assert isinstance(counter.app.screen, CatalogueScreen)
        assert shows(counter, "상품 2개", "새로 생기는 상품 1개", "바뀌는 상품 1개", "없어지는 상품 1개", "그대로 두기")
        await counter.press("7 . /")
        assert shop.kinds == ["setting.chosen"], "no other key takes it"

        await counter.press("enter")
        assert shows(counter, "지금부터 상품 2개를 이 목록으로 팝니다")
        await counter.press("enter - - - - / 1 2 enter")
        assert shows(counter, "8,000")
    assert shop.kinds == ["setting.chosen", "setting.chosen"]


async def test_minus_leaves_it_and_it_is_there_when_it_is_asked_for_again(shop: Shop) -> None:
    stock(shop)
    bring(shop, NEW)
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 8 5 2 -")
        assert not isinstance(counter.app.screen, CatalogueScreen)
        await counter.press("2")
        assert shows(counter, "새로 생기는 상품 1개")
    assert shop.kinds == ["setting.chosen"]
    assert shop.core.views.wares.catalogue.in_use.by_key.keys() == {1, 3}


async def test_a_wrong_line_is_named_and_the_stick_that_is_put_right_is_seen_by_itself(shop: Shop) -> None:
    stock(shop)
    async with open_real_counter(shop) as (counter, links):
        await counter.press("* 8 5 2")
        assert shows(counter, "메모리에서 받은 상품 목록이 없습니다")

        bring(shop, NEW + "한우,만원,면세,4\n")
        links[-1].push()
        await counter.settle()
        assert shows(counter, "4번째 줄: 가격은 1원부터 1억 원까지의 숫자입니다", "적힌 것: 만원", "컴퓨터에서 고쳐")
        await counter.press("enter")
        assert shop.kinds == ["setting.chosen"]

        shop.sync(TellStick(state=StickState.READING))
        links[-1].push()
        await counter.settle()
        bring(shop, NEW)
        links[-1].push()
        await counter.settle()
        assert shows(counter, "새로 생기는 상품 1개")
        await counter.press("enter")
    assert shop.kinds == ["setting.chosen", "setting.chosen"]


async def test_an_open_sale_comes_first(shop: Shop) -> None:
    stock(shop)
    bring(shop, NEW)
    shop.screen(AddItem(key=1))
    async with open_real_counter(shop) as (counter, _):
        await counter.press("* 8 5 2")
        assert not isinstance(counter.app.screen, CatalogueScreen)
        assert shows(counter, "먼저 지금 판매를 끝내거나 보류하세요")
    assert shop.kinds == ["setting.chosen"]
