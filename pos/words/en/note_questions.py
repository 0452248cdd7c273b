"""Questions about a paper note that was scanned, in English."""

from typing import Final, Literal, assert_never

from pos.link.state import QuestionKind, QuestionView
from pos.words.en.reasons import won
from pos.words.en.wares import WARE_LABELS
from pos.words.vocabulary import Asked

_TO_CUSTOMER: Final = "Say: "


def note_question(
    kind: Literal[QuestionKind.NOTE_CHECK, QuestionKind.NOTE_CONSECUTIVE, QuestionKind.NOTE_CHANGE], view: QuestionView
) -> Asked:
    match kind:
        case QuestionKind.NOTE_CHECK:
            return Asked(
                title=WARE_LABELS.check_title,
                detail=f"{won(view.amount_won)}  no. {view.note_number}",
                customer=f"{_TO_CUSTOMER}One moment, I have to look at the note.",
                choices=("All are there", "Something wrong"),
                more=view.features,
            )
        case QuestionKind.NOTE_CONSECUTIVE:
            return Asked(
                title=WARE_LABELS.consecutive_title,
                detail=f"{won(view.amount_won)}  no. {view.note_number}",
                customer="",
                choices=("Take it", "Do not take it"),
            )
        case QuestionKind.NOTE_CHANGE:
            used, given = (
                line.format(
                    face=won(view.face_won),
                    used=won(view.used_won),
                    ratio=view.ratio_percent,
                    change=won(view.difference_won),
                )
                for line in WARE_LABELS.change_lines
            )
            return Asked(
                title=WARE_LABELS.change_title,
                detail=used,
                customer="",
                choices=("Do not take it", "Give it anyway"),
                more=(given,),
            )
        case _:
            assert_never(kind)
