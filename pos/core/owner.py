"""The owner's page: today's sales, money to come, money that is late, and the most that offline fraud can cost now.

Rules:

- what could be lost is every approved payment that the ledger has not decided (`at_risk`), at all tills of the shop:
  tills that are linked count as one, with what each has at risk; a till that is not heard from counts with all that its
  limits allow, on the shop, because the same vouchers may have been taken there again;
- money to come is what settlements announce, and what was taken since the last day they cover; it is late when its day
  has passed;
- nobody at the counter is named: no cashier can tell a code from its copy.
"""

from dataclasses import dataclass

from pos.clock import Clock
from pos.core.at_risk import at_risk, is_shops
from pos.core.checkout import business_date
from pos.core.siblings import Siblings
from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.journal.owed import Conflict
from pos.link.calls import ConflictLine, OwnersPage
from pos.till.receipt.moment import date_of
from pos.till.report.figures import net_sales_won
from pos.voucher.message_bodies import SettlementState, SettlementTold


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Answers the owner."""

    journal: Journal
    trust: TrustStore
    clock: Clock
    siblings: Siblings

    def page(self) -> OwnersPage:
        own, standing = at_risk(self.journal, self.trust), self.siblings.standing()
        limits, exposure = self.trust.policy.limits, self.journal.payments.exposure()
        silent_won = standing.silent * limits.value_max_won
        coming_won, late_won = self._settlements()
        return OwnersPage(
            sold_today_won=self._sold_today_won(),
            coming_won=coming_won,
            late_won=late_won,
            lost_by_shop_won=own.shops_won + standing.linked_risk.shops_won + silent_won,
            lost_by_issuers_won=own.issuers_won + standing.linked_risk.issuers_won,
            more_won=max(limits.value_max_won - exposure.value_won, 0),
            conflicts=tuple(map(self._line, self.journal.owed.conflicts())),
            siblings=standing.linked + standing.silent,
            silent_siblings=standing.silent,
            siblings_won=standing.linked_risk.shops_won + standing.linked_risk.issuers_won + silent_won,
        )

    def _sold_today_won(self) -> int:
        days = self.journal.days
        if days.open_day() is not None:
            figures = days.figures_now(until=self.journal.head.sequence)
            return net_sales_won(figures)
        return self.journal.day_totals(business_date(self.journal, self.clock.read())).total_won

    def _settlements(self) -> tuple[int, int]:
        """Money to come, and how much of it is late."""
        today = date_of(self.clock.read().time_s)
        told = [settlement for _, settlement in self.journal.inbox.told(SettlementTold)]
        covered = max((settlement.last_day.isoformat() for settlement in told), default="")
        announced = [settlement for settlement in told if settlement.state is not SettlementState.PAID]
        late_won = sum(item.amount_won for item in announced if item.deposit_on.isoformat() < today)
        coming_won = sum(item.amount_won for item in announced) + self.journal.owed.voucher_won_after(covered)
        return coming_won, late_won

    def _line(self, conflict: Conflict) -> ConflictLine:
        return ConflictLine(
            entry=conflict.entry,
            time_s=conflict.time_s,
            receipt_number=conflict.receipt_number,
            amount_won=conflict.amount_won,
            is_shops=is_shops(self.trust, conflict.issuer, conflict.program),
        )
