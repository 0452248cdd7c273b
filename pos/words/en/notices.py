"""What the owner has to know: alarms and notices, one line each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ledger_behind": "The ledger asks again for what it had",
        "ledger_contradicts": "The ledger contradicts itself",
        "journal_forked": "Two journals of this terminal exist",
        "journal_put_back": "The journal had been put back",
        "mirror_lost": "The second medium is missing or broken",
        "log_missing_sale": "A settled sale is not in the public log",
        "log_rewritten": "The public log's past was changed",
        "note_reported": "A paper note taken here was reported",
        "reported_note": "A paper note reported after it was taken",
        "log_unwitnessed": "Too few witnesses saw the public log",
        "spent_at_sibling": "Two tills took one voucher",
        "double_spend": "A payment's voucher was spent twice",
        "voucher_revoked": "A voucher taken here was revoked",
        "terminal_suspect": "This terminal should be looked at",
        "warning": "A way of cheating is going round",
        "unknown": "A notice that this version cannot read",
        "unreadable": "A notice that cannot be read",
    }
)
