"""One greeting and one piece of news between two tills, every field filled."""

from pos.voucher.siblings import Greeting, Meeting, News
from tests.support.voucher_builders import a_certificate, a_key, an_entry

KEY = a_key("terminal")
MEETING = Meeting(
    teller="t-bakery-1", listener="t-bakery-2", merchant="m-bakery", key=b"\x01" * 32, peer_key=b"\x02" * 32
)
GREETING = Greeting(meeting=MEETING, certificate=a_certificate().raw, heard=7)
NEWS = News(
    meeting=MEETING,
    number=1,
    told=9,
    entries=(an_entry().raw,),
    shops_risk_won=1_000,
    issuers_risk_won=2_000,
    is_all=True,
)
