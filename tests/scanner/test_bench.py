"""The measurement: that it counts what it says, and names what it could not measure."""

import csv
import json
import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.frame import Grey
from pos.bench.optics import render
from pos.bench.scan import PhotoScores, ScanReport, lines, mean_of_marked, percent_of_labelled, run
from pos.bench.scan_counter import CounterScores, FrameCosts, SequenceScores, measure_costs
from pos.bench.scan_peers import BASELINE, OWN, peers
from pos.bench.scan_photos import FolderScores, Score, folders, measure_folder
from pos.bench.scan_records import PicturesRead, ReadByFrame, Summary, records
from pos.bench.scenes import Kind, pictures
from pos.bench.synth import draw_symbol, payload
from pos.cli import main
from pos.exits import Exit

Row = tuple[str, Grey, list[str], list[list[list[float]]]]


def write_folder(folder: Path, rows: list[Row]) -> Path:
    folder.mkdir()
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as lines_:
        writer = csv.writer(lines_)
        writer.writerow(["file", "expected", "quads"])
        for name, grey, texts, quads in rows:
            cv2.imwrite(str(folder / name), grey)
            writer.writerow([name, json.dumps(texts) if texts else "", json.dumps(quads) if quads else ""])
    return folder


def shown(text: str) -> tuple[Grey, list[list[float]]]:
    """A picture higher than wide with a code in its upper part, and the code's corners."""
    symbol = draw_symbol(text)
    picture = np.full((symbol.shape[0] + 400, symbol.shape[1] + 100), 128, dtype=np.uint8)
    picture[40 : 40 + symbol.shape[0], 50 : 50 + symbol.shape[1]] = symbol
    near, far = (66.0, 56.0), (66.0 + symbol.shape[1] - 32, 56.0 + symbol.shape[0] - 32)
    return picture, [[near[0], near[1]], [far[0], near[1]], [far[0], far[1]], [near[0], far[1]]]


def test_marks_and_texts_are_counted_by_folder(tmp_path: Path) -> None:
    grey, quad = shown("COUNTED 1")
    blank = np.full((200, 200), 128, dtype=np.uint8)
    elsewhere = [[300.0, 300.0], [310.0, 300.0], [310.0, 310.0], [300.0, 310.0]]
    write_folder(tmp_path / "marked", [("a.png", grey, [], [quad]), ("b.png", blank, [], [elsewhere])])
    write_folder(tmp_path / "labelled", [("a.png", grey, ["COUNTED 1"], []), ("b.png", blank, ["NOT THERE"], [])])
    (tmp_path / "unlisted").mkdir()
    assert [folder.name for folder in folders(tmp_path)] == ["labelled", "marked"]
    found = [peer for peer in peers()[0] if peer.name in (OWN, BASELINE)]
    measured = tuple(measure_folder(folder, found, side_max_px=1280) for folder in folders(tmp_path))
    scores = PhotoScores(side_max_px=1280, folders=measured)
    for name in (OWN, BASELINE):
        assert mean_of_marked(scores, name) == 50
        assert percent_of_labelled(scores, name) == 50
    assert measured[0].scores[OWN].others == 0


def test_marks_of_a_picture_that_was_turned_are_turned_with_it(tmp_path: Path) -> None:
    grey, quad = shown("TURNED 12")
    turned = np.asarray(cv2.rotate(grey, cv2.ROTATE_90_CLOCKWISE), dtype=np.uint8)
    folder = write_folder(tmp_path / "turned", [("a.png", turned, [], [quad])])
    found = [peer for peer in peers()[0] if peer.name == BASELINE]
    measured = measure_folder(folder, found, side_max_px=None)
    assert measured.turned == 1
    assert measured.scores[BASELINE].percent() == 100


def test_marks_shrink_with_a_large_picture(tmp_path: Path) -> None:
    grey, quad = shown("SHRUNK 12")
    large = np.kron(grey, np.ones((4, 4), dtype=np.uint8))
    folder = write_folder(tmp_path / "large", [("a.png", large, [], [[[4 * x, 4 * y] for x, y in quad]])])
    found = [peer for peer in peers()[0] if peer.name == BASELINE]
    assert measure_folder(folder, found, side_max_px=640).scores[BASELINE].percent() == 100


def test_a_text_that_the_label_does_not_have_is_counted(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "odd", [("a.png", shown("READ")[0], ["WRITTEN"], [])])
    found = [peer for peer in peers()[0] if peer.name == BASELINE]
    score = measure_folder(folder, found, side_max_px=None).scores[BASELINE]
    assert (score.read, score.symbols, score.others) == (0, 1, 1)


def test_the_same_seed_draws_the_same_pictures_and_another_does_not() -> None:
    def first(seed: int) -> Grey:
        return render(next(iter(pictures(seed, 1))).scene)[0]

    assert np.array_equal(first(5), first(5))
    assert not np.array_equal(first(5), first(6))


def test_every_kind_is_drawn_with_its_whole_code_in_the_frame() -> None:
    kinds = set()
    for picture in pictures(3, 1):
        kinds.add(picture.kind)
        _, drawn = render(picture.scene)
        width, height = picture.scene.width, picture.scene.height
        assert drawn.corners.min() > 0, picture
        assert drawn.corners[:, 0].max() < width, picture
        assert drawn.corners[:, 1].max() < height, picture
    assert kinds == set(Kind)


def test_a_payload_is_as_long_as_was_asked() -> None:
    assert len(payload(random.Random(1), 640)) == 640


def test_an_easy_frame_and_frames_without_a_code_cost_little_more_than_zxing_alone() -> None:
    """The bounds are the goals with room for a loaded machine."""
    costs = measure_costs()
    assert costs.easy_ratio < 2.5
    assert costs.idle_ratio < 4
    assert costs.moving_ratio < 6


@pytest.mark.slow
def test_the_whole_measurement_makes_its_tables(tmp_path: Path) -> None:
    grey, quad = shown("WHOLE 123")
    write_folder(tmp_path / "marked", [("a.png", grey, [], [quad])])
    report = run(tmp_path, per_kind=1, per_story=1)
    text = "\n".join(lines(report))
    assert "| marked | 1 | 100.0 | 100.0 |" in text
    assert "**mean of marked folders**" in text
    assert report.counter.wrong[OWN] == 0
    assert report.counter.total(OWN).percent() >= report.counter.total(BASELINE).percent()
    assert report.sequences.by_frame[OWN][-1] == 100
    for name in report.missing:
        assert name in text


def test_every_number_of_the_report_is_a_record() -> None:
    def score(read: int) -> dict[str, Score]:
        return {"ours": Score(read=read, symbols=2, cpu_ms=[1.0, 3.0]), "theirs": Score(symbols=2, cpu_ms=[4.0])}

    marked = FolderScores(folder="marked", has_marks=True, pictures=1, turned=0, scores=score(1))
    labelled = FolderScores(folder="labelled", has_marks=False, pictures=1, turned=0, scores=score(2))
    report = ScanReport(
        decoders=("ours", "theirs"),
        missing=("another",),
        photos=(PhotoScores(side_max_px=1280, folders=(marked, labelled)),),
        counter=CounterScores(kinds={"clean": score(2), "blur": score(0)}, wrong={"ours": 0, "theirs": 1}),
        sequences=SequenceScores(
            by_frame={"ours": (50.0, 75.0, 100.0, 100.0), "theirs": (0.0, 0.0, 0.0, 25.0)},
            wrong={"ours": 0, "theirs": 0},
            cpu_ms={"ours": 9.0, "theirs": 1.0},
        ),
        costs=FrameCosts(easy_ms=2, easy_ratio=1.1, idle_ms=3, idle_ratio=1.5, moving_ms=6, moving_ratio=4),
    )
    found = list(records(report))
    assert len(found) == 4 + 4 + 4 + 2 + 8 + 3 + 1
    folder = next(record for record in found if isinstance(record, PicturesRead))
    assert (folder.pictures, folder.decoder, folder.percent, folder.cpu_ms_median) == ("marked", "ours", 50.0, 2.0)
    summaries = [record.percent for record in found if isinstance(record, Summary)]
    assert summaries == [50.0, 100.0, 0.0, 0.0]
    whole = next(record for record in found if isinstance(record, PicturesRead) and record.pictures == "all")
    assert (whole.decoder, whole.read, whole.symbols) == ("ours", 2, 4)
    assert [record.percent for record in found if isinstance(record, ReadByFrame)][:4] == [50.0, 75.0, 100.0, 100.0]


def test_a_folder_without_pictures_is_a_usage_error(tmp_path: Path) -> None:
    assert main(["bench", "scan", str(tmp_path)]) == Exit.USAGE
    assert main(["bench", "scan", str(tmp_path), "another"]) == Exit.USAGE
