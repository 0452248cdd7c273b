"""The scenes of the morning, with the network: opening, people, programmes, items, orders, practice."""

import time
from typing import Final

import msgspec

from pos.demo.story.stage import Stage
from pos.demo.story.yesterday import CLERK, OWNER
from pos.link.calls import CatalogueAnswer, ImportCatalogue
from pos.link.state import Outcome, TillState
from pos.money import format_won
from pos.sandbox.online import phone_app
from pos.voucher.message_bodies import OrderItem, OrderTold, RemotePaymentTold

CATALOGUE: Final = (
    "key,name,price,tax,barcode\n1,단팥빵,2500,taxable,\n2,우유,2800,exempt,\n3,딸기잼,6000,taxable,8801234567893\n"
)
JAM: Final = "8801234567893"
ORDER_WON: Final = 15_500
LESSON_WON: Final = 40_000
PRACTISED_WON: Final = 99_000
OFFLINE_MAX_WON: Final = 600_000


def forgotten_closing(stage: Stage) -> str:
    """One Enter closes yesterday, uncounted, and opens today with yesterday's float."""
    stage.come(OWNER)
    day = stage.hands.look().day
    assert day.is_forgotten, "nobody closed yesterday"
    stage.hands.open_day()
    yesterday = stage.report("Z1")
    assert yesterday.counted_won is None, "nobody counted it"
    till = stage.wait(lambda till: till.day.is_open and not till.day.is_forgotten, "opening")
    return f"yesterday ({yesterday.business_date}) closed as Z 1, uncounted; {till.business_date} is open"


def goods(stage: Stage) -> str:
    answer = stage.ask(ImportCatalogue(content=CATALOGUE.encode()))
    assert isinstance(answer, CatalogueAnswer), answer
    assert not answer.problems, answer.problems
    return f"{answer.articles} articles, one with a barcode"


def change_of_clerk(stage: Stage) -> str:
    """A wrong PIN opens nothing; the right one does."""
    assert not stage.hands.come(CLERK, pin="000111"), "that was no PIN of anybody"
    stage.come(CLERK)
    till = stage.wait(lambda till: till.clerk == CLERK.name, "the clerk's name")
    return f"a wrong PIN opened nothing; {till.clerk} is at the till"


def by_phone(stage: Stage) -> str:
    stage.hands.enter(12_000)
    stage.morning_code = stage.code(12_000)
    verdict = stage.show(stage.morning_code)
    stage.morning_receipt = verdict.receipt_number
    stage.takings.sale(voucher=12_000)
    return f"{verdict.program_name} {format_won(12_000)} won approved, receipt {verdict.receipt_number}"


def allowances(stage: Stage) -> str:
    """A youth dividend buys bread; money for books does not."""
    youth = stage.by_phone(9_000, program="youth")
    stage.hands.enter(9_000)
    books = stage.show(stage.code(9_000, program="books"), expected="wrong_industry")
    stage.hands.leave_refused()
    return f"{youth.program_name} approved; 책값 돌려주기 declined: {books.reason}"


def walking_points(stage: Stage) -> str:
    verdict = stage.by_phone(3_000, program="points")
    return f"{verdict.program_name} {format_won(3_000)} won approved"


def by_items(stage: Stage) -> str:
    """Two buns and a carton of milk by their keys, jam by its barcode; paid in cash, with change."""
    stage.hands.choose_items(1, 1, 2)
    stage.showing.until(JAM, lambda till: _pieces(till) == 4, "the jam's barcode")
    sale = stage.hands.look().sale
    assert sale is not None, "items are chosen"
    assert sale.due_won == 13_800, sale
    stage.hands.take_cash(20_000)
    settled = stage.wait(lambda till: till.settled is not None, "the change").settled
    assert settled is not None, "it was waited for"
    assert settled.change_won == 6_200, settled
    stage.takings.sale(cash=13_800)
    return f"4 pieces for 13,800 won, 2,800 of them exempt; change {format_won(settled.change_won)} won"


def _pieces(till: TillState) -> int:
    return 0 if till.sale is None else sum(item.quantity for item in till.sale.items)


def put_aside(stage: Stage) -> str:
    """A customer forgot something; the next one is served in between."""
    stage.hands.enter(7_000)
    stage.hands.put_aside()
    stage.hands.enter(2_500)
    stage.hands.take_cash(2_500)
    stage.takings.sale(cash=2_500)
    stage.hands.call_back()
    till = stage.wait(lambda till: till.sale is not None and till.sale.due_won == 7_000, "the sale put aside")
    assert till.suspended_count == 0, "it waits no more"
    stage.hands.take_card_elsewhere()
    stage.takings.sale(other=7_000)
    return "7,000 won waited, came back and were paid by card at the card company's terminal"


def paid_online(stage: Stage) -> str:
    """The phone scans the till's request, pays at the ledger and is put away: the inbox brings the word for it."""
    stage.showing.saw(stage.hands.look())
    stage.hands.enter(16_000)
    phone_app(stage.running.town).pay("put-away", request=stage.hands.ask_phone())
    till = stage.wait(lambda till: till.sale is None and till.verdict is not None, "the ledger's word")
    assert till.verdict is not None, "it was waited for"
    assert till.verdict.outcome is Outcome.APPROVED, till.verdict
    assert till.verdict.amount_won == 16_000, till.verdict
    stage.hands.saw(till.verdict)
    stage.takings.sale(confirmation=16_000)
    return "16,000 won paid online; the inbox brought the ledger's word to the till"


def from_elsewhere(stage: Stage) -> str:
    """A delivery order is accepted, a payment for somebody else's lesson is refused."""
    now_s = int(time.time())
    issuer = stage.running.town.home_issuer
    order = OrderTold(
        order_id=stage.secret("order"),
        channel="배달모아",
        total_won=ORDER_WON,
        placed_s=now_s - 60,
        items=(
            OrderItem(name="단팥빵", quantity=3, amount_won=7_500),
            OrderItem(name="우유", quantity=2, amount_won=8_000),
        ),
        payment_id=stage.secret("order paid"),
        issuer=issuer,
        program="general",
    )
    lesson = RemotePaymentTold(
        payment_id=stage.secret("lesson"),
        amount_won=LESSON_WON,
        issuer=issuer,
        program="general",
        paid_s=now_s,
        payer="김○○",
        purpose="12월 수강료",
    )
    stage.tell(order, lesson)
    stage.wait(lambda till: till.remotes_waiting == 2, "an order and a payment from elsewhere")
    stage.hands.answer_remote(is_accepted=True)
    stage.hands.answer_remote(is_accepted=False)
    stage.wait(lambda till: till.remotes_waiting == 0, "both answers")
    stage.takings.sale(confirmation=ORDER_WON)
    stage.takings.from_elsewhere_won += ORDER_WON
    return f"an order over {format_won(ORDER_WON)} won accepted, a lesson over {format_won(LESSON_WON)} won refused"


def practice(stage: Stage) -> str:
    """A sale that is none: marked on the screen and on paper, and in no book."""
    stage.wait_for_paper()
    before = len(stage.entries())
    stage.hands.practise(is_begun=True)
    stage.wait(lambda till: till.is_training, "practice")
    stage.hands.enter(PRACTISED_WON)
    stage.hands.take_card_elsewhere()
    stage.paper_with("** 훈련 - 영수증 아님 **")
    stage.wait_for_paper()
    stage.hands.practise(is_begun=False)
    stage.wait(lambda till: not till.is_training, "the end of practice")
    assert len(stage.entries()) == before + 2, "the journal knows when practice began and ended, and nothing else"
    return "a receipt marked 훈련; the journal says when, and knows of no money"


def tighter_limits(stage: Stage) -> str:
    """The ledger publishes what may be taken without it; the till has it before the network goes."""
    town = stage.running.town
    policy = town.places.policies[town.policy]
    limits = msgspec.structs.replace(policy.limits, value_max_won=OFFLINE_MAX_WON)
    town.served_trust.policy(msgspec.structs.replace(policy, limits=limits, reduced_limits=limits))
    town.publication.publish(now_s=int(time.time()))
    stage.hands.send_now()
    till = stage.wait(lambda till: till.limit.left_won <= OFFLINE_MAX_WON, "the new limits")
    stage.delivered()
    return f"{format_won(till.limit.left_won)} won may be taken without the ledger from now on"
