"""The profile that NetworkManager is given; that its own parser takes it is tried where it is installed."""

from __future__ import annotations

import configparser
import re

from hypothesis import given
from hypothesis import strategies as st

from pos.wifi.code import Protection, WifiCode
from pos.wifi.keyfile import PROFILE_UUID, escaped, keyfile

UNESCAPED = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
"""What GKeyFile makes of a character behind a backslash."""
CODE = WifiCode(ssid=b"shop", protection=Protection.WPA, password=" pass;word\\ ", is_hidden=True)


def sections(text: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",), delimiters=("=",))
    found.read_string(text)
    return found


def test_a_profile_says_who_what_and_how() -> None:
    profile = sections(keyfile(CODE))

    assert dict(profile["connection"])["uuid"] == PROFILE_UUID
    assert dict(profile["wifi"]) == {
        "mode": "infrastructure",
        "ssid": "115;104;111;112;",
        "hidden": "true",
        "powersave": "2",
    }
    assert dict(profile["wifi-security"]) == {"key-mgmt": "wpa-psk", "psk": "\\spass;word\\\\\\s"}
    assert profile["ipv4"]["method"] == profile["ipv6"]["method"] == "auto"


def test_an_open_network_has_no_secrets_and_wpa3_alone_says_so() -> None:
    open_network = sections(keyfile(WifiCode(ssid=b"x", protection=Protection.OPEN)))
    sae = sections(keyfile(WifiCode(ssid=b"x", protection=Protection.SAE, password="p")))

    assert "wifi-security" not in open_network
    assert sae["wifi-security"]["key-mgmt"] == "sae"


def test_the_same_machine_has_one_profile_whatever_it_was_shown() -> None:
    other = WifiCode(ssid=b"other", protection=Protection.OPEN)

    assert sections(keyfile(CODE))["connection"]["uuid"] == sections(keyfile(other))["connection"]["uuid"]


@given(text=st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=63))
def test_a_password_survives_the_escapes_and_never_begins_another_line(text: str) -> None:
    written = escaped(text)

    assert re.sub(r"\\(.)", lambda match: UNESCAPED[match[1]], written) == text
    assert " " not in written
    assert "\n" not in written
