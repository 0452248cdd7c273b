"""Receipts of the town to measure printers with."""

from drivers.printer.document import Align, CutRow, PairRow, Row, RuleRow, Size, TextRow


def thirty_lines() -> tuple[Row, ...]:
    """A receipt of thirty lines as a Korean shop prints it."""
    items = tuple(PairRow(left=f"{number}. 소금빵과 우유 세트", right=f"{number},{500:03}") for number in range(1, 19))
    head = (
        TextRow(text="달빛 베이커리", align=Align.CENTRE, size=Size.DOUBLE, bold=True),
        TextRow(text="경기도 시흥시 옥구천로 12, 1층"),
        TextRow(text="사업자 123-45-67890  전화 031-123-4567"),
        RuleRow(),
    )
    tail = (
        RuleRow(),
        PairRow(left="과세 금액", right="155,455원"),
        PairRow(left="부가세", right="15,545원"),
        PairRow(left="합계", right="171,000원", bold=True, size=Size.WIDE),
        RuleRow(),
        PairRow(left="시루 (모바일 상품권)", right="171,000원"),
        TextRow(text="승인 2026-11-22 14:03:21  번호 1122-0123"),
        TextRow(text="감사합니다", align=Align.CENTRE),
        CutRow(),
    )
    return (*head, *items, *tail)
