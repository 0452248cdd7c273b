"""Text from strangers loses what could steer a printer or a screen."""

from hypothesis import given
from hypothesis import strategies as st

from pos.text import is_safe, safe_text


def test_control_and_direction_characters_become_question_marks() -> None:
    assert safe_text("가\x1bp\x00나\u202e다\n라") == "가?p?나?다?라"


def test_loose_jamo_are_composed() -> None:
    assert safe_text("\u1112\u1161\u11ab") == "한"


def test_it_is_cut_to_its_length() -> None:
    assert safe_text("가" * 500, characters_max=20) == "가" * 20


def test_lone_surrogates_do_not_survive() -> None:
    assert safe_text("a\ud800b") == "a?b"


@given(st.text())
def test_the_result_is_always_safe(raw: str) -> None:
    assert is_safe(safe_text(raw))
