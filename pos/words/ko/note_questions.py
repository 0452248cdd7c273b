"""Questions about a paper note that was scanned, in Korean."""

from typing import Final, Literal, assert_never

from pos.link.state import QuestionKind, QuestionView
from pos.words.ko.reasons import won
from pos.words.ko.wares import WARE_LABELS
from pos.words.vocabulary import Asked

_TO_CUSTOMER: Final = "손님께: "


def note_question(
    kind: Literal[QuestionKind.NOTE_CHECK, QuestionKind.NOTE_CONSECUTIVE, QuestionKind.NOTE_CHANGE], view: QuestionView
) -> Asked:
    match kind:
        case QuestionKind.NOTE_CHECK:
            return Asked(
                title=WARE_LABELS.check_title,
                detail=f"{won(view.amount_won)}  번호 {view.note_number}",
                customer=f"{_TO_CUSTOMER}상품권을 잠시 살펴보겠습니다.",
                choices=("모두 맞습니다", "이상함: 안 받음"),
                more=view.features,
            )
        case QuestionKind.NOTE_CONSECUTIVE:
            return Asked(
                title=WARE_LABELS.consecutive_title,
                detail=f"{won(view.amount_won)}  번호 {view.note_number}",
                customer="",
                choices=("물건값이 맞음", "받지 않기"),
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
                choices=("받지 않기", "그래도 주기"),
                more=(given,),
            )
        case _:
            assert_never(kind)
