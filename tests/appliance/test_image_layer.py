"""The card's image: a source folder for rpi-image-gen, and what of it can be checked without building an image."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.appliance.conftest import ROOT, SYSTEMD
from tests.support.process_tools import run

IMAGE = ROOT / "firmware_config" / "update" / "image"
LAYER = IMAGE / "layer" / "pos.yaml"
OVERLAY = IMAGE / "layer" / "pos.rootfs-overlay"
SHARED = OVERLAY / "etc/rpi-image-gen/slot-shared.d/pos.conf"
FILES = sorted(path for path in IMAGE.rglob("*") if path.is_file())
LAYER_FIELDS = {"Name", "Category", "Version", "Desc", "Requires"}
VARIABLE_FIELDS = {"", "-Desc", "-Required", "-Valid", "-Set"}
PHASES = {"packages", "setup-hooks", "essential-hooks", "customize-hooks", "cleanup-hooks"}
AUTOBOOT_BYTES_MAX = 512


def metadata() -> dict[str, str]:
    """The fields between METABEGIN and METAEND, as deb822 reads them: a line that is indented goes on."""
    text = LAYER.read_text("utf-8")
    inside = re.search(r"\A# METABEGIN\n(.*?)^# METAEND\n", text, re.DOTALL | re.MULTILINE)
    assert inside is not None
    fields: dict[str, str] = {}
    name = ""
    for line in inside[1].splitlines():
        content = line.removeprefix("#").removeprefix(" ")
        if content.startswith(" "):
            fields[name] += content
        elif content:
            name, _, value = content.partition(":")
            assert name.startswith("X-Env-"), line
            assert name not in fields, f"{name} twice"
            fields[name] = value.strip()
    return fields


def layer() -> dict[str, list[str]]:
    content: dict[str, dict[str, list[str]]] = yaml.safe_load(LAYER.read_text("utf-8"))
    assert set(content) == {"mmdebstrap"}
    return content["mmdebstrap"]


def values(file: Path, key: str) -> list[str]:
    lines = file.read_text("utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def users(file: Path) -> dict[tuple[str, str], str]:
    """Kind and name of each user and group, and the number it shall have."""
    lines = [line.split() for line in file.read_text("utf-8").splitlines() if line.startswith(("u ", "g "))]
    return {(words[0], words[1]): words[2] for words in lines}


def test_the_layer_says_of_itself_what_a_layer_must_say_and_nothing_else() -> None:
    fields = metadata()
    of_layer = {name.removeprefix("X-Env-Layer-") for name in fields if name.startswith("X-Env-Layer-")}
    of_variables = {name for name in fields if name.startswith("X-Env-Var-")}

    assert of_layer == LAYER_FIELDS
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", fields["X-Env-Layer-Name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", fields["X-Env-Layer-Version"])
    assert of_variables == {f"X-Env-Var-package{part}" for part in VARIABLE_FIELDS}
    assert fields["X-Env-VarPrefix"] == "pos"
    assert set(fields) == {f"X-Env-Layer-{name}" for name in of_layer} | of_variables | {"X-Env-VarPrefix"}


def test_the_layer_holds_packages_and_hooks_that_a_shell_can_read() -> None:
    content = layer()

    assert set(content) <= PHASES
    hooks = [hook for phase, steps in content.items() if phase != "packages" for hook in steps]
    assert hooks
    for hook in hooks:
        done = run(["sh", "-n", "-c", hook])
        assert done.exit_status == 0, done.report()
        assert "\n" not in hook or hook.startswith("set -eu\n"), "a line that fails in the middle must end the build"
        assert set(re.findall(r"\$\{?(\w+)", hook)) <= {"1", "BDEBSTRAP_HOOKS", "IGconf_pos_package", "unit"}


def test_the_image_has_what_the_package_depends_on() -> None:
    told = run(
        [sys.executable, "-c", "import package; print(*package.DEPENDS, *package.RECOMMENDS, sep='\\n')"],
        cwd=ROOT / ".ci",
    )
    wanted = {line.split()[0] for line in told.stdout.splitlines()}
    brought_by_other_layers = {"python3", "systemd", "systemd-timesyncd"}

    assert wanted - brought_by_other_layers == set(layer()["packages"])
    assert set(metadata()["X-Env-Layer-Requires"].split(",")) == {"systemd-min", "systemd-timesyncd"}


def test_the_configuration_takes_the_two_slots_and_the_till() -> None:
    content = yaml.safe_load((IMAGE / "config" / "pos-card.yaml").read_text("utf-8"))

    assert set(content) == {"include", "image", "layer", "pos"}
    assert content["layer"] == {"app": metadata()["X-Env-Layer-Name"]}
    assert set(content["pos"]) == {"package"}
    assert all(re.fullmatch(r"\d+[MG]", size) for name, size in content["image"].items() if name.endswith("_size"))


def test_both_slots_see_what_a_till_must_not_forget_and_the_image_has_nothing_there() -> None:
    """Each start copies over the shared folders what the image has in their place."""
    paths = values(SHARED, "Path")
    hooks = "\n".join(layer()["customize-hooks"])

    assert values(SHARED, "Version") == ["1"]
    assert all(path.startswith("/") and " " not in path for path in paths)
    assert {"/var/lib/pos", "/var/lib/systemd", "/opt/pos", "/etc/pos"} <= set(paths)
    assert 'rm -f "$1/etc/pos/terminal.toml"' in hooks
    assert 'find "$1/opt/pos" "$1/var/lib/systemd" -mindepth 1 -delete' in hooks


def test_users_of_the_image_have_the_packages_names_and_numbers_of_their_own() -> None:
    """A number that differs between two images is another owner of the same journal."""
    fixed = users(OVERLAY / "etc/sysusers.d/pos.conf")
    named = users(SYSTEMD / "sysusers.d/pos.conf").keys()

    assert fixed.keys() == named
    assert len(set(fixed.values())) == len(fixed)
    assert all(100 <= int(number) < 1000 for number in fixed.values())


def test_the_first_start_makes_the_marker_last_and_only_on_the_data_partition() -> None:
    unit = OVERLAY / "etc/systemd/system/pos-first-start.service"
    text = unit.read_text("utf-8")

    assert "ConditionPathIsMountPoint=/var/lib/pos" in text
    # The marker is the last thing that is made: where it is, all the rest is.
    assert values(unit, "ExecStart")[-2:] == [
        "/usr/bin/touch /var/lib/pos/chak-data",
        "/usr/bin/sync --file-system /var/lib/pos",
    ]


@pytest.mark.parametrize(
    "path", sorted(path for path in IMAGE.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_overlay_files_need_no_right_to_be_executed(path: Path) -> None:
    """The builder copies modes as they are in a checkout, and runs a hook file only where it is executable."""
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_file_that_chooses_the_slot_is_one_that_the_firmware_reads() -> None:
    """At most 512 bytes; sections, and settings of known names; the two slots are two."""
    readme = (IMAGE.parent / "README.md").read_text("utf-8")
    example = re.search(r"(    \[all\]\n(?:    \S+\n)+)", readme)
    assert example is not None
    lines = [line.strip() for line in example[1].splitlines()]

    assert len("\n".join(lines)) < AUTOBOOT_BYTES_MAX
    settings: dict[str, dict[str, str]] = {}
    section = ""
    for line in lines:
        if line.startswith("["):
            section = line.strip("[]")
            settings[section] = {}
        else:
            name, _, value = line.partition("=")
            settings[section][name] = value
    assert settings["all"].keys() == {"tryboot_a_b", "boot_partition"}
    assert settings["tryboot"].keys() == {"boot_partition"}
    assert settings["all"]["tryboot_a_b"] == "1"
    assert sorted((settings["all"]["boot_partition"], settings["tryboot"]["boot_partition"])) == ["2", "3"]
