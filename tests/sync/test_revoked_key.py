"""An issuer's key is revoked: the till hears of it, takes nothing new under it, and what it took before settles."""

from __future__ import annotations

import time
from contextlib import closing

from pos.ledger.audit import audit
from pos.ledger.serve import LedgerThread
from pos.link.calls import Pay, PayAnswer, Role, SummariseSync, TrustStep
from pos.link.state import Outcome
from pos.sandbox.cheats import payment_text
from pos.sandbox.people import Promise
from pos.sandbox.rotation import revoke_issuer_key
from pos.sandbox.town import DAY_S, HOME_ISSUER, KeyState
from pos.sync.trust import TrustUpdate
from pos.till.reasons import Reason
from pos.voucher.keys import key_id
from tests.sync.conftest import Till


def pay(till: Till, **promise: object) -> PayAnswer:
    now_s = int(time.time())
    signed = till.mint.hand(Promise(**promise), now_s=now_s).sign(amount_won=1_000, issued_s=now_s)  # type: ignore[arg-type]
    answer = till.core.handle(Role.CONTROL, Pay(text=payment_text(signed), amount_won=1_000))
    assert isinstance(answer, PayAnswer)
    return answer


def test_nothing_new_is_taken_under_a_revoked_key_and_what_was_approved_settles(till: Till) -> None:
    till.sell(3)
    kid = key_id(till.town.issuer_key(HOME_ISSUER, KeyState.CURRENT).public_key)
    now_s = int(time.time())

    revoke_issuer_key(till.town, HOME_ISSUER, kid, now_s=now_s)
    till.sell(1)  # it does not know yet
    with LedgerThread(till.town.ledger_dir) as ledger:
        update = TrustUpdate(till, ledger.url, ca_file=None, staging=till.town.directory / "staging")
        with closing(update):
            taken = update.refresh()
        assert taken is not None
        assert taken.step is TrustStep.TAKEN

        for begins_in_s in (-60, -5 * DAY_S):
            answer = pay(till, begins_in_s=begins_in_s)
            assert (answer.outcome, answer.reason) == (Outcome.DECLINED, Reason.ISSUER_KEY_REVOKED)
        till.deliver(ledger.url)

    summary = till.call(SummariseSync())
    assert (summary.settled, summary.refused, summary.waiting) == (4, 0, 0)
    assert audit(till.town.ledger_dir).problems == []
