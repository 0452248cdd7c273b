"""Printer models as data."""

from pathlib import Path

import pytest

from drivers.errors import DeviceSetupError
from drivers.printer.encoder import Encoder
from drivers.printer.profile import Hangul, Profile, Verified, load_profile, profile_names
from drivers.printer.raster import Typeface


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_profile_can_be_printed_with(name: str, typeface: Typeface) -> None:
    profile = load_profile(name)

    Encoder(profile, columns=profile.columns, typeface=typeface)

    assert profile.name == name
    assert profile.columns in (32, 42, 48)


def test_no_clone_is_trusted_with_hangul_text() -> None:
    clones = [load_profile(name) for name in profile_names() if name.startswith("clone")]

    assert clones
    assert all(profile.hangul is Hangul.RASTER for profile in clones)
    assert all(profile.verified is Verified.UNTESTED for profile in clones)


def test_a_profile_of_the_shops_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        'title = "ours"\nverified = "untested"\nescpos = "TM-T88V"\ndots = 512\ncolumns = 42\n'
        'hangul = "raster"\nfence = "paper_sensor"\nqr = "raster"\n'
    )

    assert load_profile(str(path)).name == "ours"


def test_a_wrong_profile_names_all_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(
        'title = "wrong"\nverified = "untested"\nescpos = "TM-T88V"\ndots = 511\ncolumns = 80\n'
        'hangul = "raster"\nfence = "paper_sensor"\nqr = "raster"\nqrr = 1\ndrawer_connector = 5\n'
    )

    with pytest.raises(DeviceSetupError) as wrong:
        load_profile(str(path))

    assert all(word in str(wrong.value) for word in ("qrr", "dots", "columns", "drawer_connector"))


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DeviceSetupError, match="epson-tm-t88-korean"):
        load_profile("epson-tm-t99")


def test_a_wrong_kind_of_value_says_where(tmp_path: Path) -> None:
    path = tmp_path / "kind.toml"
    path.write_text('title = "x"\nverified = "maybe"\n')

    with pytest.raises(DeviceSetupError, match=r"kind\.toml"):
        load_profile(str(path))


def test_receipts_wider_than_the_printer_are_refused_at_the_start(typeface: Typeface) -> None:
    with pytest.raises(DeviceSetupError, match="48"):
        Encoder(load_profile("clone-58mm"), columns=48, typeface=typeface)


def test_a_model_that_python_escpos_does_not_know_is_named(tmp_path: Path, typeface: Typeface) -> None:
    profile: Profile = load_profile("clone-58mm")
    path = tmp_path / "odd.toml"
    path.write_text(
        'title = "odd"\nverified = "untested"\nescpos = "TM-T999"\ndots = 384\ncolumns = 32\n'
        'hangul = "raster"\nfence = "none"\nqr = "raster"\n'
    )

    with pytest.raises(DeviceSetupError, match="TM-T999"):
        Encoder(load_profile(str(path)), columns=profile.columns, typeface=typeface)
