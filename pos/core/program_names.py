"""What a programme of the shop's own municipality is called."""

from pos.core.trust_store import TrustStore
from pos.text import safe_text


def own_program_name(trust: TrustStore, program: str) -> str:
    """Empty where the trust data know no such programme there."""
    for known in trust.programs():
        issuer = trust.issuer(known.issuer)
        if known.program == program and issuer is not None and trust.merchant.municipality in issuer.area:
            return safe_text(known.name)
    return ""
