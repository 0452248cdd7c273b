"""`pos sandbox redeem`: money of a refund whose payment had no holder's key, by the code on the refund's slip.

Paper notes and what a phone had paid online come back this way; the town's wallet makes a fresh key for them first.
"""

from pathlib import Path

from pos.sandbox.errors import SandboxError
from pos.sandbox.fetching import Fetched, post_return, running_ledger, taken
from pos.sandbox.town import LEDGER, open_town
from pos.sandbox.wallet.errors import WalletError


def redeem(directory: Path, receipt: str, *, out: Path) -> Fetched | None:
    """Ask the town's running ledger for what a refund's receipt stands for; None where nothing is due.

    Raises SandboxError.
    """
    town = open_town(directory)
    url = running_ledger(town)
    out.mkdir(parents=True, exist_ok=True)
    try:
        request = town.wallet.ask_for_slip(receipt, ledger=LEDGER)
        answer = post_return(url, request)
        return None if answer is None else taken(town.wallet, answer, out)
    except WalletError as error:
        raise SandboxError(f"the wallet does not ask: {error}") from error
