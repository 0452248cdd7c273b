"""What is heard at the counter: each sign on the real pins of gpiozero, from the journal to the buzzer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from drivers.lamp.lamp import STROKES, Lamp, Sign, open_lamp
from pos.devices.signs import LampSigns, Signs, VoiceSigns
from pos.link.calls import AnswerRemote, AnyPush, Call, CancelSale, ClearVerdict, Done
from pos.link.equipment import DeviceKind
from pos.link.state import Outcome
from pos.words.announcements import call_aloud
from tests.support.core_builders import Shop, make_town, open_shop
from tests.support.ledger_post import Post
from tests.support.message_builders import ORDER, REMOTE_PAYMENT
from tests.support.process_tools import wait_until

BUZZER = 18


@dataclass
class Pin:
    """A pin that writes down what it is told."""

    blinks: list[tuple[float, float, int | None]] = field(default_factory=list)

    def on(self) -> None:
        raise AssertionError("nothing here burns for ever")

    def off(self) -> None:
        pass

    def blink(self, on_time: float = 1, off_time: float = 1, n: int | None = None, background: bool = True) -> None:
        assert background, "nobody waits for a sound"
        self.blinks.append((on_time, off_time, n))

    def close(self) -> None:
        pass


@dataclass
class Mouth:
    """A voice that writes down what it is to say."""

    said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def check(self) -> None:
        pass

    def close(self) -> None:
        pass


class CoreLink:
    def call(self, call: Call[Done]) -> Done:
        return Done()

    def next_push(self, timeout_s: float) -> AnyPush | None:
        return None


@dataclass
class Ears:
    """The counter's devices over a shop's core: a buzzer, a lamp of each colour and a voice."""

    shop: Shop
    now_s: float = 100.0
    buzzer: Pin = field(default_factory=Pin)
    green: Pin = field(default_factory=Pin)
    amber: Pin = field(default_factory=Pin)
    red: Pin = field(default_factory=Pin)
    mouth: Mouth = field(default_factory=Mouth)
    signs: tuple[Signs, ...] = ()

    def __post_init__(self) -> None:
        pins = {"buzzer": self.buzzer, "green": self.green, "amber": self.amber, "red": self.red}
        lamp = LampSigns(Lamp(pins))
        self.signs = (
            Signs(CoreLink(), kind=DeviceKind.LAMP, url="x", opener=lambda: lamp, monotonic_s=self.now),  # type: ignore[arg-type]
            Signs(
                CoreLink(),  # type: ignore[arg-type]
                kind=DeviceKind.VOICE,
                url="x",
                opener=lambda: VoiceSigns(self.mouth, "ko"),
                monotonic_s=self.now,
            ),
        )
        self.listen()

    def now(self) -> float:
        return self.now_s

    def listen(self, *, later_s: float = 0.0) -> list[Sign]:
        """What is heard of the buzzer when core has told the devices what is new, so much later."""
        self.now_s += later_s
        before = len(self.buzzer.blinks)
        for sign in self.signs:
            sign.follow(self.shop.core.devices_state())
            sign.look()
        return [_sign_of(blink) for blink in self.buzzer.blinks[before:]]


def _sign_of(blink: tuple[float, float, int | None]) -> Sign:
    (found,) = (sign for sign, strokes in STROKES.items() if (strokes.on_s, strokes.off_s, strokes.count) == blink)
    return found


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = Device.pin_factory
    Device.pin_factory = MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = open_shop(make_town(tmp_path / "town"))
    yield shop
    shop.close()


def test_no_two_signs_sound_alike() -> None:
    assert len(set(STROKES.values())) == len(STROKES) == len(Sign)
    assert [STROKES[sign].count for sign in (Sign.APPROVED, Sign.REFERRED, Sign.DECLINED)] == [1, 2, 3]
    assert STROKES[Sign.CALL].on_s > 3 * STROKES[Sign.REFERRED].on_s, "as many strokes, and much longer ones"


@pytest.mark.parametrize("sign", list(Sign))
def test_the_pin_of_the_buzzer_goes_up_once_for_each_stroke(pins: MockFactory, sign: Sign) -> None:
    with closing(open_lamp(f"gpio:green=17&amber=27&red=22&buzzer={BUZZER}")) as lamp:
        pin = pins.pin(BUZZER)
        pin.clear_states()
        lamp.show(sign)

        def strokes() -> list[bool]:
            """The pin's states; it begins low, and rests low after the last stroke and its pause."""
            return [bool(state.state) for state in pin.states]

        expected = [False] + [True, False] * STROKES[sign].count
        wait_until(lambda: strokes() == expected, what=f"{sign} is sounded")
        lit = {number for number in (17, 27, 22) if any(state.state for state in pins.pin(number).states)}
    assert lit == {Sign.APPROVED: {17}, Sign.REFERRED: {27}, Sign.DECLINED: {22}, Sign.CALL: set()}[sign]


def test_a_verdict_is_heard_once_and_sounds_as_what_it_is(shop: Shop) -> None:
    ears = Ears(shop)
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    assert (shop.verdict.outcome, ears.listen(), ears.listen()) == (Outcome.APPROVED, [Sign.APPROVED], [])

    shop.type_amount(12_000)
    shop.see(shop.code(12_000, merchant="m-butcher"))
    assert (shop.verdict.outcome, ears.listen()) == (Outcome.DECLINED, [Sign.DECLINED])
    shop.screen(ClearVerdict())
    shop.screen(CancelSale())

    shop.type_amount(80_000)
    shop.see(shop.code(80_000))
    assert (shop.verdict.outcome, ears.listen()) == (Outcome.REFERRED, [Sign.REFERRED])
    assert ears.mouth.said == ["상품권 12000원."], "only what was paid is spoken"


def test_an_order_calls_once_when_nobody_is_served(shop: Shop) -> None:
    ears = Ears(shop)
    Post(shop).tell(ORDER)

    assert [ears.listen(), ears.listen(later_s=60)] == [[Sign.CALL], []]
    assert ears.mouth.said == [call_aloud(language="ko")]
    assert (ears.green.blinks, ears.amber.blinks, ears.red.blinks) == ([], [], []), "no lamp: it is no verdict"


def test_in_the_middle_of_a_payment_nothing_but_the_verdict_is_heard(shop: Shop) -> None:
    ears, post = Ears(shop), Post(shop)
    shop.type_amount(12_000)
    post.tell(ORDER)
    assert ears.listen() == []
    shop.see(shop.code(12_000))

    assert ears.listen() == [Sign.APPROVED], "the verdict alone"
    assert ears.listen(later_s=0.5) == [], "and not on top of it"
    assert ears.listen(later_s=2.0) == [Sign.CALL], "then what waited"
    post.tell(REMOTE_PAYMENT)
    assert ears.listen(later_s=60) == [Sign.CALL], "one more"


def test_answering_is_silent_and_the_next_one_is_heard_again(shop: Shop) -> None:
    ears, post = Ears(shop), Post(shop)
    post.tell(ORDER)
    assert ears.listen() == [Sign.CALL]
    shop.screen(AnswerRemote(subject=ORDER.order_id, is_accepted=False, cause="sold out"))
    assert ears.listen(later_s=60) == []

    post.tell(REMOTE_PAYMENT)

    assert ears.listen(later_s=60) == [Sign.CALL]


def test_devices_that_start_again_do_not_repeat_what_waits(shop: Shop) -> None:
    Post(shop).tell(ORDER)
    ears = Ears(shop)

    assert ears.listen(later_s=60) == []
