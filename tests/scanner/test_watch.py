"""What the till is told: one scan for one showing, a lamp, hints, another way out."""

from pos.scanner.advice import Hint
from pos.scanner.watch import Aimed, Hinted, Scanned, ScannedOverlong, ScannerEvent, Sighting, Unread, Watch

FRAME_S = 1 / 15


def told(watch: Watch, sightings: list[Sighting]) -> list[ScannerEvent]:
    return [event for sighting in sightings for event in watch.follow(sighting)]


def shown(start_s: float, end_s: float, *texts: str) -> list[Sighting]:
    frames = round((end_s - start_s) / FRAME_S)
    return [Sighting(captured_s=start_s + n * FRAME_S, texts=texts, is_located=bool(texts)) for n in range(frames)]


def unread(start_s: float, end_s: float, hint: Hint = Hint.HOLD_STILL) -> list[Sighting]:
    frames = round((end_s - start_s) / FRAME_S)
    return [Sighting(captured_s=start_s + n * FRAME_S, is_located=True, hint=hint) for n in range(frames)]


def test_a_code_that_stays_in_sight_is_one_scan() -> None:
    assert told(Watch(), shown(0, 30, "A")) == [Scanned(text="A", captured_s=0.0)]


def test_a_code_that_comes_back_after_two_seconds_is_scanned_again() -> None:
    watch = Watch()
    events = told(watch, shown(0, 1, "A") + shown(1, 3.5) + shown(3.5, 4, "A"))
    assert [type(event) for event in events] == [Scanned, Scanned]


def test_a_short_gap_is_the_same_showing() -> None:
    assert len(told(Watch(), shown(0, 1, "A") + shown(1, 2.5) + shown(2.5, 4, "A"))) == 1


def test_a_shaking_hand_is_the_same_showing() -> None:
    events = told(Watch(), shown(0, 0.2, "A") + unread(0.2, 3) + shown(3, 3.2, "A"))
    assert [event for event in events if isinstance(event, Scanned)] == [Scanned(text="A", captured_s=0.0)]


def test_an_unreadable_poster_does_not_hide_a_second_showing() -> None:
    events = told(Watch(), shown(0, 0.2, "A") + unread(0.2, 12) + shown(12, 12.2, "A"))
    assert len([event for event in events if isinstance(event, Scanned)]) == 2


def test_two_codes_in_sight_are_two_scans() -> None:
    assert told(Watch(), shown(0, 3, "A", "B")) == [
        Scanned(text="A", captured_s=0.0),
        Scanned(text="B", captured_s=0.0),
    ]


def test_the_cashier_can_have_the_same_code_scanned_again() -> None:
    watch = Watch()
    told(watch, shown(0, 1, "A"))
    watch.again()
    assert told(watch, shown(1, 2, "A")) == [Scanned(text="A", captured_s=1.0)]


def test_an_overlong_code_is_told_once_and_by_its_length() -> None:
    frames = [Sighting(captured_s=n * FRAME_S, overlong_chars=(1200,), is_located=True) for n in range(30)]
    assert told(Watch(), frames) == [ScannedOverlong(chars=1200, captured_s=0.0)]


def test_the_lamp_is_on_while_a_symbol_is_located_and_not_read() -> None:
    events = told(Watch(), shown(0, 1) + unread(1, 1.5) + shown(1.5, 2, "A"))
    assert events == [Aimed(is_located=True), Scanned(text="A", captured_s=1.5), Aimed(is_located=False)]


def test_the_lamp_does_not_flicker_with_a_missed_frame() -> None:
    events = told(Watch(), unread(0, 0.4) + shown(0.4, 0.7) + unread(0.7, 0.9) + shown(0.9, 2))
    assert events == [Aimed(is_located=True), Aimed(is_located=False)]


def test_a_hint_comes_after_a_second_and_again_only_when_it_changes() -> None:
    frames = unread(0, 2, Hint.COME_CLOSER) + unread(2, 3, Hint.HOLD_STILL) + shown(3, 4, "A")
    assert told(Watch(), frames) == [
        Aimed(is_located=True),
        Hinted(hint=Hint.COME_CLOSER),
        Hinted(hint=Hint.HOLD_STILL),
        Scanned(text="A", captured_s=3.0),
        Aimed(is_located=False),
        Hinted(hint=None),
    ]


def test_after_eight_seconds_another_way_is_offered_once() -> None:
    events = told(Watch(), unread(0, 20))
    assert events.count(Unread()) == 1
    assert told(Watch(), unread(0, 7.5)).count(Unread()) == 0
