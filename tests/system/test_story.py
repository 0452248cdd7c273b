"""The whole business day, as the command line tells it: processes, cable, paper, power, closing."""

import subprocess
import sys
from pathlib import Path

import pytest

from pos.demo.story.day import DAY


@pytest.mark.slow
def test_a_business_day_ends_with_till_ledger_and_reports_agreeing(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pos", "demo", "--headless", "--story", "day", "--out", str(tmp_path / "town")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert told.returncode == 0, told.stdout + told.stderr
    assert "till, ledger and reports agree to the won" in told.stdout
    for scene in DAY:
        assert f"{scene.hour}  " in told.stdout
        assert f"  {scene.what}: " in told.stdout
    assert told.stdout.count(": declined: already_used") == 1
    texts = "".join(path.read_text("utf-8") for path in sorted((tmp_path / "town" / "paper").glob("receipt-*.txt")))
    for title in (
        "취 소 영 수 증",
        "환 불 영 수 증",
        "중 간 보 고 (X)",
        "마 감 (Z 1)",
        "마 감 (Z 2)",
        "기 간 매 출",
        "겹 친 결 제",
        "현금(소득공제)",
        "훈 련",
        "재발행",
        "배달모아",
    ):
        assert title in texts
