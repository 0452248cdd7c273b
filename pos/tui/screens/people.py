"""Who may use the till: another person, another part, another PIN. Names are numbers here: nobody types Hangul."""

from collections.abc import Callable
from functools import partial

from pos.link.calls import AddPerson, ChangePerson, ListPeople, PersonLine, RemovePerson
from pos.till.people import PEOPLE_MAX, PIN_DIGITS, Role
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.listing import ListScreen, Row
from pos.tui.screens.number import PinScreen
from pos.words import Notice

_NEW_PIN, _OTHER_ROLE = 1, 2
_ROLES = tuple(Role)


class PeopleScreen(ListScreen):
    """Everybody by number; the first free number is for another person."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._people: dict[int, PersonLine] = {}
        self._numbers: tuple[int, ...] = ()

    def on_mount(self) -> None:
        self.run_worker(self._load())

    def title_text(self) -> str:
        return self.host.words.day.people_title

    def chosen(self, index: int) -> None:
        person = self._people.get(self._numbers[index])
        day = self.host.words.day
        if person is None:
            self._ask_role(self._add)
            return
        screen = ChoiceScreen(self.host, title=person.name, lines=(self._part(person),), choices=day.person_actions)
        self.app.push_screen(screen, partial(self._act, person))

    def _act(self, person: PersonLine, choice: int | None) -> None:
        match choice:
            case None:
                return
            case int() if choice == _NEW_PIN:
                self._ask_pin(partial(self._set_pin, person))
            case int() if choice == _OTHER_ROLE:
                self._ask_role(partial(self._set_role, person))
            case _:
                self.run_worker(self._send(RemovePerson(person=person.person)))

    def _add(self, role: Role) -> None:
        self._ask_pin(lambda pin: self.run_worker(self._send(AddPerson(name="", role=role.value, pin=pin))))

    def _set_pin(self, person: PersonLine, pin: str) -> None:
        self.run_worker(self._send(ChangePerson(person=person.person, pin=pin)))

    def _set_role(self, person: PersonLine, role: Role) -> None:
        self.run_worker(self._send(ChangePerson(person=person.person, role=role.value)))

    def _ask_role(self, then: Callable[[Role], None]) -> None:
        day = self.host.words.day
        screen = ChoiceScreen(self.host, title=day.person_role, lines=(), choices=day.person_roles)

        def take(choice: int | None) -> None:
            if choice is not None:
                then(_ROLES[choice - 1])

        self.app.push_screen(screen, take)

    def _ask_pin(self, then: Callable[[str], object]) -> None:
        day = self.host.words.day

        def again(first: int | None) -> None:
            if first is not None:
                screen = PinScreen(self.host, title=day.pin_again, digits=PIN_DIGITS)
                self.app.push_screen(screen, partial(take, first))

        def take(first: int, second: int | None) -> None:
            if second == first:
                then(f"{first:0{PIN_DIGITS}d}")
            elif second is not None:
                self.host.tell(day.pin_differs)

        self.app.push_screen(PinScreen(self.host, title=day.pin_new, digits=PIN_DIGITS), again)

    async def _send(self, call: AddPerson | ChangePerson | RemovePerson) -> None:
        said_of(self.host, await self.host.ask(call), Notice.DONE)
        await self._load()

    async def _load(self) -> None:
        page = await self.host.ask(ListPeople())
        if page is None:
            return
        self._people = {person.person: person for person in page.people}
        free = next((number for number in range(1, PEOPLE_MAX + 1) if number not in self._people), None)
        last = max((*self._people, free or 0))
        self._numbers = tuple(range(1, last + 1))
        self.fill(tuple(self._row(self._people.get(number)) for number in self._numbers))

    def _row(self, person: PersonLine | None) -> Row:
        day = self.host.words.day
        return Row(text=day.person_add) if person is None else Row(text=person.name, detail=self._part(person))

    def _part(self, person: PersonLine) -> str:
        roles = dict(zip(_ROLES, self.host.words.day.person_roles, strict=True))
        return roles.get(Role(person.role), "")
