"""What a printer really answers, found out while it prints a page that may be spoilt.

Rules:
- measured, not believed: clones name other makers' models, and a receipt that waits for an answer that never comes
  is a receipt of unknown outcome;
- the question that every printer understands comes first; GS ( H comes last, behind the page, because a printer that
  does not know it prints its bytes as letters;
- what was measured is kept as options of a profile's name (`clone-80mm?asb=false&fence=none`), so that it is durable
  and anybody can read it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from drivers.printer import commands
from drivers.printer.conversation import STEP_S, Conversation
from drivers.printer.profile import DotsBy, Fence, Profile
from drivers.printer.status import AutomaticStatus, PaperSensor, ProcessId

ANSWER_S: Final = 1.5
FIRST_ANSWER_S: Final = 10.0
"""Behind the page: over a serial line some four thousand bytes of it may still wait to be sent, at 9,600 baud."""
PAGE_S: Final = 30.0
"""How long a page of numbered lines may take until everything queued behind it is answered."""

_R = TypeVar("_R", AutomaticStatus, PaperSensor, ProcessId)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What was answered."""

    status: bool
    """DLE EOT."""
    asb: bool
    """GS a."""
    fence: Fence


def measure(conversation: Conversation, *, number: int) -> Abilities:
    """Ask everything of a printer that has been sent a page; what it answers proves that the page is printed."""
    status = conversation.ask(1, until_s=conversation.now_s() + FIRST_ANSWER_S) is not None
    sensor = _answers(conversation, commands.PAPER_SENSOR, PaperSensor, within_s=PAGE_S if status else ANSWER_S)
    asb = _answers(conversation, commands.STATUS_BACK_ON, AutomaticStatus, within_s=ANSWER_S)
    digits = commands.process_digits(number)
    process = (status or sensor) and _answers(
        conversation,
        commands.process_id(number),
        ProcessId,
        within_s=ANSWER_S,
        fits=lambda reply: reply.digits == digits,
    )
    fence = Fence.PROCESS_ID if process else Fence.PAPER_SENSOR if sensor else Fence.NONE
    return Abilities(status=status, asb=asb, fence=fence)


def named_with(profile: Profile, abilities: Abilities) -> str:
    """The profile's name; what was measured otherwise, and how dots travel where that was chosen, are its options."""
    fence = abilities.fence
    if profile.fence is Fence.PAPER_SENSOR and fence is Fence.PROCESS_ID:
        # Both prove it; the model's own way was tried by more people.
        fence = Fence.PAPER_SENSOR
    options = (
        ("status", str(abilities.status).lower(), abilities.status != profile.status),
        ("asb", str(abilities.asb).lower(), abilities.asb != profile.asb),
        ("fence", fence.value, fence is not profile.fence),
        ("serial_dots_by", profile.serial_dots_by.value, profile.serial_dots_by is not DotsBy.COLUMNS),
    )
    differing = "&".join(f"{name}={value}" for name, value, differs in options if differs)
    return f"{profile.name}?{differing}" if differing else profile.name


def _answers(
    conversation: Conversation,
    question: bytes,
    answer: type[_R],
    *,
    within_s: float,
    fits: Callable[[_R], bool] = lambda _: True,
) -> bool:
    conversation.drain()
    until_s = conversation.now_s() + within_s
    if not conversation.write_all(question, until_s=until_s):
        return False
    while (left_s := until_s - conversation.now_s()) > 0:
        reply = conversation.listen(timeout_s=min(STEP_S, left_s))
        if isinstance(reply, answer) and fits(reply):
            return True
    return False
