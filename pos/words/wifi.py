"""Words about the shop's wireless network."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos.link.wifi import WifiState


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiLabels:
    """What a language says while a network is being joined."""

    title: str
    how: tuple[str, ...]
    """Where the code comes from; full lines."""
    hint: str
    """In the first step of an installation: that there is this way as well."""
    states: Mapping[WifiState, tuple[str, str]]
    """What is the matter, and what to do."""
    network: str
    """{network}"""
    again: str
