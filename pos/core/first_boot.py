"""The first boot of a machine that is nobody yet: what stands in core's place until the ledger has made it a terminal.

Rules:

- nothing is sold and no journal is open; the only secret is the new key, which core makes and keeps;
- the code comes from the camera, from a signed file (`INSTALL_FILE` in the staging folder), or as digits; where the
  configuration names a ledger, codes of any other are refused;
- sync is sent for what the network has and is believed in nothing: authority and answer are checked against the code,
  trust data is verified from the root that the code names;
- a wireless network is joined at any step: a code that is a network's by its looks is nothing else;
- whoever is refused by the ledger is asked for another code; whoever cannot reach it tries again by itself.

It is over (`enrolled`) when there is a terminal with trust data; its tests are `pos.core.installation`'s.
"""

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from pos.clock import Clock, Quality
from pos.config import TerminalConfig
from pos.core.enrolling import Enrolling
from pos.core.gate import answer_without_journal
from pos.core.install_file import InstallFiles, is_same_ledger, read_install_file
from pos.core.joining import Joining
from pos.core.sticks import Sticks
from pos.core.stopped import stopped_till
from pos.core.timekeeper import certain_s
from pos.core.trust_desk import TrustDesk
from pos.enrolled import ENROLMENT_FILE
from pos.errors import MalformedError, PosError, TrustError
from pos.link.calls import (
    AnyAnswer,
    AnyCall,
    AskTrust,
    DevicesState,
    Done,
    EndErrand,
    Errand,
    ErrandKind,
    GoOnInstalling,
    NextErrand,
    ReadState,
    ReadWifi,
    Refused,
    RepeatStep,
    ReportDevice,
    ReportPrinter,
    ReportScanner,
    Role,
    ScanSeen,
    SkipStep,
    State,
    Stop,
    SyncWork,
    TakeTrust,
    TellStick,
    TellWifi,
    TypeInstallNumber,
    Watch,
)
from pos.link.equipment import Condition, DeviceKind, DeviceView, PrinterChoice
from pos.link.install import InstallFault, InstallStep, InstallView, LookedAt
from pos.link.state import PrinterState, PrinterView, ScannerState, ScannerView, SellingStop, TillState
from pos.till.reasons import Refusal
from pos.voucher.enrolment import EnrolmentCode
from pos.voucher.qr import (
    AlphabetError,
    NewerVersionError,
    QrKind,
    TooLongError,
    UnknownPrefixError,
    decode_text,
)
from pos.voucher.typed_code import CARD_SECRET, is_typed_number, typed_secret
from pos.wifi.code import is_wifi_code
from pos.words.findings import FindingCode, device_code

INSTALL_FILE: Final = Path("install/install.cose")
"""In the staging folder: a signed file, as whoever reads sticks has copied it there."""
RETRY_S: Final = 3.0
FREE_BYTES_MIN: Final = 200 * 1024 * 1024
_WELL: Final = frozenset({Condition.OFF, Condition.READY, Condition.PAPER_LOW})

log = logging.getLogger(__name__)


class FirstBoot:
    """Serves the sockets of a machine that is no terminal yet."""

    def __init__(
        self,
        config: TerminalConfig,
        *,
        clock: Clock,
        reload: Callable[[], TerminalConfig],
        trust_desk: Callable[[TerminalConfig], TrustDesk],
        has_trust: Callable[[TerminalConfig], bool],
    ) -> None:
        assert config.enrolment_dir is not None, "a configuration that names a terminal has no first boot"
        self._state = config.enrolment_dir
        self._config = config
        self._clock = clock
        self._joining = Joining(socket_dir=config.terminal.socket_dir, clock=clock)
        self._reload = reload
        self._trust_desk = trust_desk
        self._has_trust = has_trust
        self._card = _card_of(config)
        self._is_meant = self._card is not None
        """Whether the configuration says which ledger this machine is for."""
        self._step = InstallStep.LOOK
        self._fault: InstallFault | None = None
        self._enrolling: Enrolling | None = None
        self._trust: TrustDesk | None = None
        self._devices: dict[DeviceKind, DeviceView] = {}
        self._printer = PrinterState.MISSING
        self._scanner = ScannerView(state=ScannerState.MISSING)
        self._is_online: bool | None = None
        self._not_before_s = 0.0
        self._files = InstallFiles(path=config.terminal.staging / INSTALL_FILE)
        self._sticks = Sticks(clock=clock, is_installed=False)
        self.enrolled: TerminalConfig | None = None
        """What to go on with, when this is over."""
        self.is_stop_wanted = False
        if config.is_enrolled:
            self._expect_trust(config)

    @property
    def must_end(self) -> bool:
        return False

    # What is told

    def till(self) -> TillState:
        reading, wifi = self._clock.read(), self._joining.page
        nothing = stopped_till(self._config.terminal.id, SellingStop.NOT_INSTALLED, time_s=reading.time_s)
        return msgspec.structs.replace(
            nothing,
            clock_quality=int(reading.quality),
            printer=PrinterView(state=self._printer, unprinted=0),
            scanner=self._scanner,
            stick=self._sticks.view(),
            installation=InstallView(
                step=self._step,
                fault=self._fault,
                terminal=self._config.terminal.id,
                lines=tuple(self._lines()) if self._step is InstallStep.LOOK else (),
                wifi=wifi.state,
                network=wifi.network,
            ),
        )

    def devices_state(self) -> DevicesState:
        printer = self._config.printer
        return DevicesState(
            armed=True,
            jobs_waiting=0,
            printer=PrinterChoice(url=printer.url, profile=printer.profile, columns=self._config.receipt.columns),
        )

    def sync_work(self) -> SyncWork:
        return SyncWork(waiting=0)

    def tick(self) -> None:
        """Once a second: look for an install file, and whether the trust data is there."""
        if not self._config.is_enrolled and (self._state / ENROLMENT_FILE).exists():
            # By `pos provision`, beside the screen.
            self._expect_trust(self._reload())
        if self._step is InstallStep.CODE:
            self._look_at_file()
        if self._step is InstallStep.TRUST and self._has_trust(self._config):
            self.enrolled = self._config

    def close(self) -> None:
        """Nothing is open."""

    def handle(self, _: Role, call: AnyCall) -> AnyAnswer:
        """Answer what needs no journal. Raises PosError for everything else."""
        match call:
            case Watch() | ReadState():
                return State(till=self.till())
            case Stop():
                self.is_stop_wanted = True
                return Done()
            case ReadWifi() | TellWifi():
                return self._joining.answer(call)
            case ScanSeen(text=text):
                if is_wifi_code(text):
                    self._joining.take(text)
                elif self._step is InstallStep.CODE:
                    self._offer(read_install_code(text))
                return Done()
            case GoOnInstalling() | RepeatStep() | SkipStep() | TypeInstallNumber():
                return self._pressed(call)
            case NextErrand(is_online=is_online):
                self._is_online = is_online
                return self._errand()
            case EndErrand():
                self._end_errand(call)
                return Done()
            case AskTrust() | TakeTrust() if self._trust is not None:
                return self._trust.answer(call)
            case TellStick():
                return self._sticks.tell(call)
            case ReportDevice() | ReportPrinter() | ReportScanner():
                self._note(call)
            case _:
                pass
        answer = answer_without_journal(call)
        if answer is None:
            raise PosError("this machine is not installed yet")
        return answer

    def _note(self, call: ReportDevice | ReportPrinter | ReportScanner) -> None:
        match call:
            case ReportDevice(device=device):
                self._devices[device.kind] = device
            case ReportPrinter(state=state):
                self._printer = state
            case ReportScanner():
                self._scanner = ScannerView(state=call.state, hint=call.hint, is_camera=call.is_camera)

    def _lines(self) -> list[LookedAt]:
        """What was looked at before anything else."""
        devices = [
            self._devices.get(kind, DeviceView(kind=kind, condition=Condition.UNHEARD))
            for kind in (DeviceKind.PRINTER, DeviceKind.SCANNER)
        ]
        looked = [
            LookedAt(
                code=device_code(device.kind, device.condition),
                is_well=None if device.condition is Condition.UNHEARD else device.condition in _WELL,
            )
            for device in devices
        ]
        has_room = shutil.disk_usage(_existing(self._state)).free >= FREE_BYTES_MIN
        is_sure = self._clock.read().quality >= Quality.NETWORK
        return [
            *looked,
            LookedAt(code=FindingCode.SPACE_ENOUGH if has_room else FindingCode.SPACE_SHORT, is_well=has_room),
            # The ledger signs a time at the first contact: a clock that is not sure yet holds nothing up.
            LookedAt(code=FindingCode.CLOCK_SURE if is_sure else FindingCode.CLOCK_UNSURE, is_well=is_sure or None),
            LookedAt(
                code=FindingCode.NETWORK_THERE if self._is_online else FindingCode.NETWORK_MISSING,
                is_well=self._is_online,
            ),
        ]

    # The code

    def _pressed(self, call: GoOnInstalling | RepeatStep | SkipStep | TypeInstallNumber) -> Done | Refused:
        match call:
            case GoOnInstalling() if self._step is InstallStep.LOOK:
                self._step, self._fault = InstallStep.CODE, None
                return Done()
            case TypeInstallNumber(digits=digits) if self._step is InstallStep.CODE:
                self._offer_digits(digits)
                return Done()
            case _:
                return Refused(cause=Refusal.NOT_ACCEPTABLE)

    def _look_at_file(self) -> None:
        raw = self._files.newest()
        if raw is not None:
            card = self._card if self._is_meant else None
            self._offer(read_install_file(raw, card=card, now_s=certain_s(self._clock)))

    def _offer(self, code: EnrolmentCode | InstallFault) -> None:
        """A code was shown, or brought."""
        if isinstance(code, InstallFault):
            self._fault = code
        elif not self._is_for(code):
            self._fault = InstallFault.OTHER_LEDGER
        elif code.secret == CARD_SECRET:
            self._card, self._fault = code, None
        else:
            self._begin(code)

    def _offer_digits(self, digits: str) -> None:
        if not is_typed_number(digits):
            self._fault = InstallFault.WRONG_NUMBER
        elif self._card is None:
            self._fault = InstallFault.NO_CARD
        else:
            self._begin(replace(self._card, secret=typed_secret(digits, ledger=self._card.ledger)))

    def _is_for(self, code: EnrolmentCode) -> bool:
        card = self._card if self._is_meant else None
        return card is None or is_same_ledger(code, card)

    def _begin(self, code: EnrolmentCode) -> None:
        try:
            self._enrolling = Enrolling.begin(self._state, code)
        except OSError as error:
            log.error("no key can be made: %s", error)
            self._fault = InstallFault.DISK
            return
        self._step, self._fault, self._not_before_s = InstallStep.ENROLLING, None, 0.0

    # What sync is sent for

    def _errand(self) -> Errand:
        if self._clock.monotonic_s() < self._not_before_s:
            return Errand(kind=ErrandKind.NONE)
        if self._step is InstallStep.TRUST:
            return self._trust_errand()
        enrolling = self._enrolling
        if self._step is not InstallStep.ENROLLING or enrolling is None:
            return Errand(kind=ErrandKind.NONE)
        code = enrolling.code
        if enrolling.needs_authority:
            return Errand(kind=ErrandKind.AUTHORITY, url=code.url, pin=code.ca_pin)
        authority = enrolling.authority
        return Errand(
            kind=ErrandKind.ENROL,
            url=code.url,
            request=enrolling.request(),
            authority=b"" if authority is None else authority.read_bytes(),
        )

    def _trust_errand(self) -> Errand:
        return errand_of(self._config, ErrandKind.TRUST)

    def _end_errand(self, end: EndErrand) -> None:
        enrolling = self._enrolling
        if end.fault is not None:
            self._failed(end.fault)
        elif enrolling is not None and self._step is InstallStep.ENROLLING:
            try:
                if end.kind is ErrandKind.AUTHORITY:
                    enrolling.keep_authority(end.raw)
                elif end.kind is ErrandKind.ENROL:
                    enrolling.finish(end.raw, is_tested=False)
                    self._expect_trust(self._reload())
                self._fault = None
            except TrustError as error:
                log.error("enrolling failed: %s", error)
                self._failed(InstallFault.NOT_PROMISED)
            except OSError as error:
                log.error("the enrolment cannot be stored: %s", error)
                self._failed(InstallFault.DISK)
        elif self._step is InstallStep.TRUST:
            self._not_before_s = self._clock.monotonic_s() + RETRY_S

    def _failed(self, fault: InstallFault) -> None:
        """Try again by itself, or ask for another code."""
        self._fault = fault
        self._not_before_s = self._clock.monotonic_s() + RETRY_S
        if self._step is InstallStep.ENROLLING and fault is not InstallFault.UNREACHABLE:
            self._step, self._enrolling = InstallStep.CODE, None

    def _expect_trust(self, config: TerminalConfig) -> None:
        self._config, self._trust = config, self._trust_desk(config)
        self._step = InstallStep.TRUST


def read_install_code(text: str) -> EnrolmentCode | InstallFault:
    """What an install code says, or why it is none."""
    try:
        found = decode_text(text)
        if found.kind is not QrKind.ENROLMENT:
            return InstallFault.NOT_A_CODE
        return EnrolmentCode.from_bytes(found.data)
    except NewerVersionError:
        return InstallFault.NEEDS_UPDATE
    except (UnknownPrefixError, TooLongError, AlphabetError, MalformedError):
        return InstallFault.NOT_A_CODE


def errand_of(config: TerminalConfig, kind: ErrandKind) -> Errand:
    """An errand at the ledger of a terminal that is enrolled."""
    authority = config.ledger.ca_file
    return Errand(kind=kind, url=config.ledger.url, authority=b"" if authority is None else authority.read_bytes())


def _card_of(config: TerminalConfig) -> EnrolmentCode | None:
    if not config.enrolment.card:
        return None
    card = read_install_code(config.enrolment.card)
    if isinstance(card, InstallFault):
        log.error("enrolment.card in the configuration is no ledger's card: %s", card.value)
        return None
    return card


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
