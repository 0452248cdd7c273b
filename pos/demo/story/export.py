"""The scene of the inspector: every movement of money as a table, added up once more."""

import csv
from collections import Counter
from typing import Final

from pos.commands.inspection import csv_text, inspection_rows
from pos.demo.showing import DemoError
from pos.demo.story.stage import Stage

FILE: Final = "inspection.csv"


def inspection(stage: Stage) -> str:
    """What the rows of today add up to is what was taken, less what went back."""
    path = stage.running.folder / FILE
    path.write_text("".join(csv_text(inspection_rows(stage.entries()))), "utf-8", newline="")
    today = stage.report("z").business_date
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["business_date"] == today]
    takings = stage.takings
    came = Counter[str]()
    for row in rows:
        if int(row["amount_won"]) > 0:
            came[row["form"]] += int(row["amount_won"])
    back_won = -sum(min(int(row["amount_won"]), 0) for row in rows)
    if came != takings.forms_won or back_won != takings.refunds_won.total():
        raise DemoError(f"the rows say that {dict(came)} came and {back_won} went back")
    return f"{len(rows)} rows of today add up to what was taken and what went back ({FILE})"
