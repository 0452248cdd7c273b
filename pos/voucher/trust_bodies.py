"""Entries about whose signatures count, and since when."""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustUpdated(EntryBody):
    """Other trust data holds from here on."""

    KIND: ClassVar[str] = "trust.updated"

    trust_version: key.TrustVersion
    root_version: key.RootVersion
    timestamp_version: key.TimestampVersion
    origin: key.OriginOfTrust
    """ "download" or "stick"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustWithdrawn(EntryBody):
    """An emergency took trust away; whom from, its file says."""

    KIND: ClassVar[str] = "trust.withdrawn"

    trust_version: key.TrustVersion
    """Of the emergency repository."""
    origin: key.OriginOfTrust
    """ "codes", "stick" or "download"."""
    emergency: key.EmergencyBytes
    """The file itself, as it was signed."""
