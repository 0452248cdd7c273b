"""An issuer's keys over the years: a new one beside the old for a while, and one that is revoked at once.

Rules: the new key signs from now on, the old one until the overlap ends, and what it signed stays good to its own end;
a revoked key's vouchers are newly accepted by nobody. Both change `issuers.json`, which the offline keys sign.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from pos.sandbox.entropy import Entropy
from pos.sandbox.errors import TownError
from pos.sandbox.town import DAY_S, KeyState, Town
from pos.sandbox.trust_files import IssuerKeyFile, IssuersFile, issuer_key
from pos.sandbox.wallet.files import write_durably
from pos.voucher.keys import SigningKey, key_id

KEY_LIFE_S: Final = 3 * 365 * DAY_S


def rotate_issuer_key(town: Town, issuer: str, entropy: Entropy, *, now_s: int, overlap_s: int) -> SigningKey:
    """Give an issuer a new current key; the one before signs for `overlap_s` seconds more."""
    old = key_id(town.issuer_key(issuer).public_key).hex()
    new = SigningKey.from_seed(entropy.secret("issuer", issuer, str(now_s)))
    folder = town.directory / "issuers" / issuer
    write_durably(folder / f"{KeyState.RETIRED}.key", town.issuer_key(issuer).seed)
    write_durably(folder / f"{KeyState.CURRENT}.key", new.seed)

    def changed(key: IssuerKeyFile) -> IssuerKeyFile:
        return msgspec.structs.replace(key, sign_until=now_s + overlap_s) if key.kid == old else key

    added = issuer_key(new.public_key, sign_from_s=now_s, sign_until_s=now_s + KEY_LIFE_S)
    _change(town, issuer, lambda keys: (*map(changed, keys), added), now_s=now_s)
    return new


def revoke_issuer_key(town: Town, issuer: str, kid: bytes, *, now_s: int) -> None:
    """Revoke a key at once; TownError where the issuer has no such key."""

    def revoked(key: IssuerKeyFile) -> IssuerKeyFile:
        return msgspec.structs.replace(key, revoked=True) if key.kid == kid.hex() else key

    _change(town, issuer, lambda keys: tuple(map(revoked, keys)), now_s=now_s, kid=kid.hex())


def _change(
    town: Town,
    issuer: str,
    change: Callable[[tuple[IssuerKeyFile, ...]], tuple[IssuerKeyFile, ...]],
    *,
    now_s: int,
    kid: str | None = None,
) -> None:
    path = town.served_trust.folder / "issuers.json"
    known = msgspec.json.decode(path.read_bytes(), type=IssuersFile)
    if issuer not in known.issuers or (kid and kid not in {key.kid for key in known.issuers[issuer].keys}):
        raise TownError(f"issuer {issuer} has no such key")
    given = known.issuers[issuer]
    changed = {**known.issuers, issuer: msgspec.structs.replace(given, keys=change(given.keys))}
    town.served_trust.replace_issuers(IssuersFile(version=known.version + 1, issuers=changed))
    town.publication.publish(now_s=now_s)
