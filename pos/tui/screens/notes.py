"""Paper notes by the pad: the number of a denomination, how many, Enter.

What the issuer wants asked (is it genuine, numbers in a row, change that nobody owes) comes as one question each; what
the cashier agrees to goes with the next try. Torn notes, years and numbers at once are under `+`.
"""

from dataclasses import dataclass, replace
from functools import partial

import msgspec

from pos.link.calls import CheckNextNotes, ListNotePrograms, NoteAsked, NoteProgram, NoteProgramPage, Refused, TakeNotes
from pos.till.notes import NoteAsk
from pos.till.reasons import Refusal
from pos.tui.actions import Action
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.pad import PadKey
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.number import NumberScreen
from pos.tui.screens.serial import SerialScreen

_YES, _NO = 1, 2
_TORN, _YEAR, _NUMBERS, _CHECK = 1, 2, 3, 4
COUNT_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extra:
    """What is particular about the notes being counted."""

    is_damaged: bool = False
    issue_year: int | None = None
    wants_serials: bool = False


class NotesScreen(ListScreen):
    """The denominations that are taken here."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._programs: tuple[NoteProgram, ...] = ()
        self._values: tuple[tuple[NoteProgram, int], ...] = ()
        self._extra = _Extra()

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._load())

    def title_text(self) -> str:
        names = ", ".join(program.name for program in self._programs)
        return self.host.words.wares.notes_title.format(name=names)

    def empty_text(self) -> str:
        return self.host.words.refusal(Refusal.NO_NOTES_HERE)

    def press(self, key: PadKey) -> None:
        if key is PadKey.TENDER:
            self._ask_extra()
        else:
            super().press(key)

    def chosen(self, index: int) -> None:
        program, value_won = self._values[index]
        if self._extra.is_damaged:
            self._counted(program, value_won, 1)
            return
        words = self.host.words
        screen = NumberScreen(
            self.host,
            title=words.wares.count_title.format(won=words.won(value_won)),
            lines=(words.wares.count_line, words.wares.good_from.format(year=program.oldest_year)),
            proposed=1,
            unit="",
        )
        self.app.push_screen(screen, partial(self._counted, program, value_won))

    def _actions(self) -> tuple[Action, ...]:
        more = Action(key_text="+", label=self.host.words.wares.more, key=PadKey.TENDER)
        return (more, Action(key_text="-", label=self.labels.back, key=PadKey.BACK))

    async def _load(self) -> None:
        answer = await self.host.ask(ListNotePrograms())
        if not isinstance(answer, NoteProgramPage):
            self.leave(None)
            return
        self._programs = answer.programs
        self._values = tuple(
            (program, value_won) for program in answer.programs for value_won in program.denominations_won
        )
        self.fill(tuple(Row(text=self.host.words.won(value_won)) for _, value_won in self._values))

    def _ask_extra(self) -> None:
        words = self.host.words.wares
        screen = ChoiceScreen(self.host, title=words.more, lines=(), choices=words.note_options)
        self.app.push_screen(screen, self._take_extra)

    def _take_extra(self, choice: int | None) -> None:
        words = self.host.words.wares
        if choice == _TORN:
            self._extra = replace(self._extra, is_damaged=True, wants_serials=True)
            self.host.tell(f"{words.torn_title}. {words.torn_line}")
        elif choice == _YEAR:
            screen = NumberScreen(self.host, title=words.year_title, lines=(words.year_line,), unit="")
            self.app.push_screen(screen, self._take_year)
        elif choice == _NUMBERS:
            self._extra = replace(self._extra, wants_serials=True)
        elif choice == _CHECK:
            self.run_worker(self._check_next())

    async def _check_next(self) -> None:
        if said_of(self.host, await self.host.ask(CheckNextNotes()), None):
            self.host.tell(self.host.words.wares.check_next)
        self.refresh_words()

    def _take_year(self, year: int | None) -> None:
        self._extra = replace(self._extra, issue_year=year)

    def _counted(self, program: NoteProgram, value_won: int, count: int | None) -> None:
        if count is None or not 0 < count <= COUNT_MAX:
            return
        call = TakeNotes(
            issuer=program.issuer,
            program=program.program,
            denomination_won=value_won,
            count=count,
            issue_year=self._extra.issue_year,
            is_damaged=self._extra.is_damaged,
        )
        if self._extra.wants_serials or not program.is_number_later:
            self._ask_serial(call)
        else:
            self.run_worker(self._try(call))

    def _ask_serial(self, call: TakeNotes) -> None:
        words = self.host.words.wares
        title = words.serial_title.format(number=len(call.serials) + 1, count=call.count)
        screen = SerialScreen(self.host, title=title, lines=(words.serial_line,))
        self.app.push_screen(screen, partial(self._numbered, call, screen))

    def _numbered(self, call: TakeNotes, screen: SerialScreen, done: int | None) -> None:
        if done is None:
            return
        numbered = msgspec.structs.replace(call, serials=(*call.serials, screen.typed))
        if len(numbered.serials) < call.count:
            self._ask_serial(numbered)
        else:
            self.run_worker(self._try(numbered))

    async def _try(self, call: TakeNotes) -> None:
        answer = await self.host.ask(call)
        if isinstance(answer, NoteAsked):
            self.app.push_screen(self._question(answer), partial(self._answered, call, answer))
        elif isinstance(answer, Refused):
            said_of(self.host, answer, None)
            self.refresh_words()
        elif answer is not None:
            self.leave(None)

    def _question(self, asked: NoteAsked) -> ChoiceScreen:
        words = self.host.words
        wares = words.wares
        match asked.ask:
            case NoteAsk.CHECK:
                return ChoiceScreen(
                    self.host, title=wares.check_title, lines=asked.features, choices=wares.check_choices
                )
            case NoteAsk.CONSECUTIVE:
                return ChoiceScreen(
                    self.host, title=wares.consecutive_title, lines=(), choices=wares.consecutive_choices
                )
            case _:
                figures = {
                    "face": words.won(asked.face_won),
                    "used": words.won(asked.used_won),
                    "ratio": asked.ratio_percent,
                    "change": words.won(asked.change_won),
                }
                lines = tuple(line.format(**figures) for line in wares.change_lines)
                return ChoiceScreen(self.host, title=wares.change_title, lines=lines, choices=wares.change_choices)

    def _answered(self, call: TakeNotes, asked: NoteAsked, choice: int | None) -> None:
        # Giving change that nobody owes is the second answer: the first one that a finger finds does no harm.
        yes = _NO if asked.ask == NoteAsk.CHANGE else _YES
        if choice == yes:
            self.run_worker(self._try(msgspec.structs.replace(call, agreed=(*call.agreed, asked.ask))))
        elif choice is not None and asked.ask == NoteAsk.CHECK:
            self.run_worker(self._try(msgspec.structs.replace(call, is_doubted=True)))
        else:
            self.leave(None)
