"""The real processes over their real sockets: one core, whoever asks it, and what happens when one of them goes."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from pos.config import load_config
from pos.core.disk import RESERVE_BYTES, free_bytes
from pos.errors import LinkError, OutcomeUnknownError
from pos.exits import Exit
from pos.link.address import socket_path
from pos.link.calls import (
    AnswerQuestion,
    ClearVerdict,
    Done,
    EnterAmount,
    Pay,
    PayAnswer,
    ReadState,
    Refused,
    Role,
    ScanSeen,
    StateChanged,
    Stop,
    VerdictShown,
    Watch,
)
from pos.link.client import BlockingLink, CoreFaultError
from pos.link.frames import AnswerFrame, Fault, encode_frame
from pos.link.state import Outcome, QuestionKind, SellingStop, TillState
from pos.processes import log_dir, terminal_services
from pos.sandbox.cheats import payment_text
from pos.supervisor import Supervisor
from pos.terminal import KEY_FILE
from pos.till.reasons import Reason, Refusal
from pos.voucher.keys import SigningKey
from tests.support.process_tools import DEADLINE_S, Child, wait_for_unix_socket
from tests.system.conftest import Till

ROOM_BYTES = 4 * 1024 * 1024
LEFT_BYTES = 512 * 1024


def sockets(till: Till) -> Path:
    return load_config(till.config).terminal.socket_dir


def code(till: Till, amount_won: int) -> str:
    return payment_text(till.hand().sign(amount_won=amount_won, issued_s=int(time.time())))


def pay_at_once(till: Till, texts: list[str]) -> list[int]:
    """Pay with each text in a process of its own, all started before the first has ended."""
    with ExitStack() as stack:
        children = [
            stack.enter_context(till.start("pay", "--amount", "5000", "--text", text, "--json")) for text in texts
        ]
        ends = [child.wait(deadline_s=60) for child in children]
        assert set(ends) <= {Exit.DONE, Exit.DECLINED}, "".join(child.report() for child in children)
        return ends


@contextmanager
def running_core(till: Till) -> Iterator[Child]:
    with till.start("process", "core") as core:
        wait_for_unix_socket(socket_path(sockets(till), Role.CONTROL), child=core)
        yield core


@pytest.fixture
def core(till: Till) -> Iterator[Child]:
    with running_core(till) as child:
        yield child


def link(till: Till, role: Role) -> BlockingLink:
    return BlockingLink(sockets(till), role)


def patient_link(till: Till, role: Role) -> BlockingLink:
    """A link to a core that may just be starting."""
    end_s = time.monotonic() + DEADLINE_S
    while True:
        try:
            return link(till, role)
        except LinkError:
            assert time.monotonic() < end_s, "core does not come back"
            time.sleep(0.02)


def wait_until(screen: BlockingLink, condition: Callable[[TillState], bool]) -> TillState:
    """Follow the pushes until the till is as wanted."""
    end_s = time.monotonic() + DEADLINE_S
    state = screen.call(Watch()).till
    while not condition(state):
        left_s = end_s - time.monotonic()
        assert left_s > 0, f"the till never came to that; it is {state}"
        push = screen.next_push(left_s)
        if isinstance(push, StateChanged):
            state = push.till
    return state


def stop_of(till: Till) -> SellingStop | None:
    with closing(patient_link(till, Role.CONTROL)) as control:
        return control.call(ReadState()).till.stop


def wait_for_stop(till: Till, *stops: SellingStop | None) -> None:
    """Until the till has stopped for one of these reasons, or for none, through any number of restarts of core."""
    end_s = time.monotonic() + DEADLINE_S
    seen: object = "nothing"
    while seen not in stops:
        assert time.monotonic() < end_s, f"the till never said {stops}, but {seen}"
        with suppress(LinkError):
            seen = stop_of(till)
        time.sleep(0.05)


# The command line and a running core


@pytest.mark.usefixtures("core")
def test_the_command_line_asks_the_core_that_runs(till: Till) -> None:
    text = code(till, 12_000)

    first = till.pos_process("pay", "--amount", "12000", "--text", text, "--json")
    again = till.pay(text, 12_000)

    assert (first.exit, first.one["outcome"], first.err) == (Exit.DONE, "approved", "")
    assert first.one["paper"] is None, "the devices process sees to the paper"
    assert (again.exit, again.one["reason"]) == (Exit.DECLINED, "already_used")
    assert till.kinds() == ["payment.approved", "payment.declined"]


@pytest.mark.usefixtures("core")
def test_every_command_works_beside_a_running_core(till: Till) -> None:
    till.pay(code(till, 12_000), 12_000)

    assert till.pos("journal", "verify", "--json").one["problems"] == []
    assert till.pos("journal", "rebuild", "--json").one["entries"] == 2
    assert till.pos("receipt", "show", "000001").exit == Exit.DONE
    assert till.pos("receipt", "reprint", "000001").exit == Exit.DONE
    assert till.pos("request", "--amount", "60000", "--json").exit == Exit.DONE
    assert till.pos("sync", "--once", "--json").one["acknowledged"] == 4


def test_without_a_core_each_command_is_one(till: Till) -> None:
    said = till.pos_process("pay", "--amount", "12000", "--text", code(till, 12_000), "--json")

    assert (said.exit, said.one["outcome"], said.err) == (Exit.DONE, "approved", "")
    assert list(said.one)[:5] == ["outcome", "reason", "receipt_number", "entry", "amount_won"]


def test_two_payments_at_the_same_moment_are_both_taken(till: Till) -> None:
    """Neither has a running core: one waits for the other to let go of the journal."""
    ends = pay_at_once(till, [code(till, 5_000) for _ in range(3)])

    assert ends == [Exit.DONE] * 3
    assert till.kinds().count("payment.approved") == 3


def test_the_same_payment_twice_at_the_same_moment_is_taken_once(till: Till) -> None:
    ends = pay_at_once(till, [code(till, 5_000)] * 2)

    assert sorted(ends) == [Exit.DONE, Exit.DECLINED]
    assert till.kinds().count("payment.approved") == 1


def test_a_command_that_finds_the_journal_held_for_long_says_so(till: Till) -> None:
    till.kinds()
    with closing(sqlite3.connect(till.town.directory / "state" / "journal.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        said = till.pay(code(till, 5_000), 5_000)

    assert (said.exit, said.out) == (Exit.FAULT, "")
    assert "another command works on this terminal's journal" in said.err


UNKNOWN = Fault(kind=OutcomeUnknownError.__name__, text="the commit raised")


@pytest.mark.parametrize("answer", [None, UNKNOWN], ids=["it goes away", "it does not know"])
def test_a_core_that_cannot_tell_leaves_the_outcome_unknown(till: Till, answer: Fault | None) -> None:
    """Exit 7: a script must not try again. Here the payment was never recorded; it might have been."""
    path = socket_path(sockets(till), Role.CONTROL)
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        core = threading.Thread(target=_hear_and_hang_up, args=(listener, answer))
        core.start()
        said = till.pay(code(till, 5_000), 5_000)
        core.join()
    path.unlink()

    assert (said.exit, said.out) == (Exit.UNKNOWN, "")
    assert "do not repeat it: look it up in the journal" in said.err
    assert till.kinds() == []


def _hear_and_hang_up(listener: socket.socket, answer: Fault | None) -> None:
    caller, _ = listener.accept()
    with caller:
        assert caller.recv(65_536), "a question was expected"
        if answer is not None:
            caller.sendall(encode_frame(AnswerFrame(serial=1, body=answer)))


# The screen and the devices


@pytest.mark.usefixtures("core")
def test_a_sale_over_the_sockets(till: Till) -> None:
    with closing(link(till, Role.SCREEN)) as screen, closing(link(till, Role.DEVICES)) as devices:
        assert screen.call(Watch()).till.sale is None
        assert screen.call(EnterAmount(amount_won=12_000)) == Done()
        text = code(till, 12_000)
        devices.call(ScanSeen(text=text, length=len(text)))

        state = wait_until(screen, lambda state: state.verdict is not None)
        assert state.verdict is not None
        assert (state.verdict.outcome, state.verdict.receipt_number) == (Outcome.APPROVED, "000001")
        screen.call(VerdictShown(entry_sequence=state.verdict.entry_sequence))
        screen.call(ClearVerdict())
        assert wait_until(screen, lambda state: state.verdict is None).attention_count == 0


@pytest.mark.usefixtures("core")
def test_a_role_is_heard_at_its_own_socket_only(till: Till) -> None:
    with closing(link(till, Role.DEVICES)) as devices, pytest.raises(LinkError, match="not a call of the devices role"):
        devices.call(Pay(text="x", amount_won=1))


def test_core_ends_in_order_when_asked(till: Till, core: Child) -> None:
    with closing(link(till, Role.CONTROL)) as control:
        assert control.call(Stop()) == Done()

    assert core.wait() == Exit.DONE
    assert not socket_path(sockets(till), Role.CONTROL).exists()
    assert "Traceback" not in core.stderr


def test_core_ends_in_order_on_a_signal(core: Child) -> None:
    core.signal(signal.SIGTERM)

    assert core.wait() == Exit.DONE
    assert "Traceback" not in core.stderr


# Two cores


def test_a_second_core_leaves_the_first_one_its_sockets(till: Till, core: Child) -> None:
    second = till.pos_process("process", "core")

    assert second.exit == Exit.FAULT
    assert "another process has the journal" in second.err
    assert core.exit_status is None
    assert till.pay(code(till, 5_000), 5_000).one["outcome"] == "approved"


# Faults at start


def test_a_database_from_the_future_is_shown_and_left_alone(till: Till) -> None:
    till.kinds()
    path = till.town.directory / "state" / "journal.db"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version=99")
    before = path.read_bytes()

    with running_core(till):
        with closing(link(till, Role.SCREEN)) as screen:
            assert screen.call(Watch()).till.stop is SellingStop.DATABASE_NEWER
            assert screen.call(EnterAmount(amount_won=1)) == Refused(cause=Refusal.SELLING_STOPPED)
        refused = till.pay(code(till, 5_000), 5_000)
        looked_up = till.pos("journal", "show", "--json")
        with closing(link(till, Role.CONTROL)) as control:
            assert control.call(Stop()) == Done()

    assert (refused.exit, refused.out) == (Exit.FAULT, "")
    assert "This program is too old" in refused.err
    assert (looked_up.exit, looked_up.out) == (Exit.FAULT, "")
    assert path.read_bytes() == before


def test_trust_data_that_arrives_later_lets_a_waiting_core_sell(till: Till) -> None:
    policy = till.town.trust.folder / "policy.json"
    kept = policy.read_bytes()
    policy.unlink()

    with running_core(till), closing(link(till, Role.SCREEN)) as screen:
        assert screen.call(Watch()).till.stop is SellingStop.TRUST_MISSING
        policy.write_bytes(kept)
        assert wait_until(screen, lambda state: state.stop is None).shop_name == "햇살 빵집"
        assert till.pay(code(till, 5_000), 5_000).one["outcome"] == "approved"


def test_a_folder_that_cannot_hold_sockets_is_said(till: Till) -> None:
    till.config.write_text(till.config.read_text().replace('socket_dir = "run"', 'socket_dir = "town.json/run"'))

    said = till.pos_process("process", "core")

    assert said.exit == Exit.USAGE
    assert "terminal.socket_dir" in said.err
    assert "Traceback" not in said.err


def test_a_key_that_is_another_terminals_sells_nothing(till: Till) -> None:
    till.kinds()
    (till.town.directory / "state" / KEY_FILE).write_bytes(SigningKey.generate().seed)

    with running_core(till):
        assert stop_of(till) is not None


# Disks


@pytest.fixture
def small_disk(till: Till) -> Iterator[Path]:
    """The terminal's state on a disk of its own, with little room above the reserve, to fill and to write-protect."""
    if os.geteuid() != 0:
        pytest.skip("mounts a small disk")
    state = till.town.directory / "state"
    kept = {path.name: path.read_bytes() for path in state.iterdir()}
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={RESERVE_BYTES + ROOM_BYTES}", "tmpfs", state], check=True)
    try:
        for name, content in kept.items():
            (state / name).write_bytes(content)
        yield state
    finally:
        subprocess.run(["umount", "--lazy", state], check=True)


def fill(disk: Path) -> Path:
    """Take everything but what a handful of sales needs; the reserve is gone with it."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free_bytes(disk) - LEFT_BYTES)
    return ballast


def test_a_full_disk_stops_selling_and_room_on_it_lets_it_go_on(till: Till, small_disk: Path) -> None:
    with Supervisor(terminal_services(load_config(till.config))[:1], log_dir(load_config(till.config))):
        with closing(patient_link(till, Role.CONTROL)) as control:
            first = control.call(Pay(text=code(till, 5_000), amount_won=5_000))
            assert isinstance(first, PayAnswer)
        ballast = fill(small_disk)
        texts = [code(till, 5_000) for _ in range(300)]
        approved = _sell_until_stopped(till, texts)
        wait_for_stop(till, SellingStop.DISK_NEARLY_FULL, SellingStop.DISK_FULL)
        with closing(patient_link(till, Role.CONTROL)) as control:
            refused = control.call(Pay(text=texts[-1], amount_won=5_000))
            assert refused == Refused(cause=Refusal.SELLING_STOPPED)

        ballast.unlink()
        wait_for_stop(till, None)
        with closing(patient_link(till, Role.CONTROL)) as control:
            for text in approved:
                again = control.call(Pay(text=text, amount_won=5_000))
                assert isinstance(again, PayAnswer)
                assert again.reason == Reason.ALREADY_USED
            fresh = control.call(Pay(text=code(till, 5_000), amount_won=5_000))
            assert isinstance(fresh, PayAnswer)
            assert fresh.outcome is Outcome.APPROVED
    assert till.pos("journal", "verify", "--json").one["problems"] == []


def _sell_until_stopped(till: Till, texts: list[str]) -> list[str]:
    """Sell while there is any room; gives the codes that were approved."""
    approved: list[str] = []
    for text in texts:
        try:
            with closing(patient_link(till, Role.CONTROL)) as control:
                answer = control.call(Pay(text=text, amount_won=5_000))
        except LinkError:
            return approved
        if not isinstance(answer, PayAnswer):
            return approved
        assert answer.outcome is Outcome.APPROVED
        approved.append(text)
    raise AssertionError("the disk never filled up")


def test_a_write_protected_disk_stops_selling(till: Till, small_disk: Path) -> None:
    till.pay(code(till, 5_000), 5_000)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with running_core(till):
        assert stop_of(till) is SellingStop.DISK_READ_ONLY
    said = till.pay(code(till, 5_000), 5_000)

    assert (said.exit, said.out) == (Exit.FAULT, "")
    assert "cannot be written" in said.err


# Supervised


def test_a_core_killed_in_the_middle_of_a_sale_comes_back_with_it(till: Till) -> None:
    config = load_config(till.config)
    with Supervisor(terminal_services(config)[:1], log_dir(config)) as supervisor:
        first, second = code(till, 7_000), code(till, 5_000)
        with closing(patient_link(till, Role.SCREEN)) as screen, closing(link(till, Role.DEVICES)) as devices:
            screen.call(EnterAmount(amount_won=12_000))
            devices.call(ScanSeen(text=first, length=len(first)))
            question = wait_until(screen, lambda state: state.question is not None).question
            assert question is not None
            _answer(screen, question.serial)
            before = screen.call(Watch()).till.sale
            killed = supervisor.pids()["core"]
            supervisor.kill("core")

        with closing(_other_core(till, supervisor, killed)) as screen, closing(link(till, Role.DEVICES)) as devices:
            asked = wait_until(screen, lambda state: state.question is not None).question
            assert asked is not None
            assert asked.kind is QuestionKind.OPEN_SALE
            _answer(screen, asked.serial)
            assert screen.call(Watch()).till.sale == before
            devices.call(ScanSeen(text=second, length=len(second)))
            state = wait_until(screen, lambda state: state.verdict is not None)
            assert state.verdict is not None
            assert (state.verdict.outcome, state.sale) == (Outcome.APPROVED, None)
    assert till.kinds() == ["payment.referred", "payment.approved", "payment.approved"]


def _answer(screen: BlockingLink, serial: int) -> None:
    assert screen.call(AnswerQuestion(serial=serial, choice=1)) == Done()


def _other_core(till: Till, supervisor: Supervisor, killed: int) -> BlockingLink:
    """The screen's link to the core that was started in place of the killed one."""
    end_s = time.monotonic() + DEADLINE_S
    while supervisor.pids().get("core", killed) == killed:
        assert time.monotonic() < end_s, "nobody started core again"
        time.sleep(0.02)
    return patient_link(till, Role.SCREEN)


def test_an_unknown_outcome_ends_core_and_the_next_one_knows(till: Till) -> None:
    """The sync of a payment fails; strace is the failing disk."""
    till.kinds()
    texts = [code(till, 5_000) for _ in range(12)]
    with traced_core(till, "inject=fdatasync:error=EIO:when=9+") as traced:
        told = _pay_until_unknown(till, texts)
        assert traced.wait(deadline_s=60) == Exit.FAULT, traced.report()
        assert "Traceback" not in traced.stderr

    assert told > 0
    for text in texts[:told]:
        assert till.pay(text, 5_000).one["reason"] == "already_used"
    truth = till.pay(texts[told], 5_000).one
    assert truth["outcome"] == "approved" or truth["reason"] == "already_used"
    assert till.pay(texts[told], 5_000).one["reason"] == "already_used"
    assert till.kinds().count("payment.approved") == told + 1
    assert till.pos("journal", "verify", "--json").one["problems"] == []


def _pay_until_unknown(till: Till, texts: list[str]) -> int:
    """How many were approved before the one of which nobody knows."""
    with closing(link(till, Role.CONTROL)) as control, closing(link(till, Role.SCREEN)) as screen:
        screen.call(Watch())
        answers = list(_answers(control, texts))
        # The screen is told before core goes.
        wait_until_told(screen, SellingStop.OUTCOME_UNKNOWN)
    *approved, last = answers
    assert last == OutcomeUnknownError.__name__
    assert set(approved) == {Outcome.APPROVED}
    return len(approved)


def _answers(control: BlockingLink, texts: list[str]) -> Iterator[str]:
    """The outcome of each payment, until one is a fault: then its name."""
    for text in texts:
        try:
            answer = control.call(Pay(text=text, amount_won=5_000))
        except CoreFaultError as fault:
            yield fault.kind
            return
        assert isinstance(answer, PayAnswer)
        yield answer.outcome


def wait_until_told(screen: BlockingLink, stop: SellingStop) -> None:
    """Until a push says why selling stopped; no call is made, which a core that is going could not answer."""
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s:
        push = screen.next_push(1.0)
        if isinstance(push, StateChanged) and push.till.stop is stop:
            return
    raise AssertionError(f"the screen was not told {stop}")


@contextmanager
def traced_core(till: Till, *injection: str) -> Iterator[Child]:
    options = [word for rule in ("trace=fdatasync", *injection) for word in ("-e", rule)]
    # strace says each call on its standard error, among what core says.
    with Child(["strace", "-f", "-qq", *options, *map(str, till.command("process", "core"))]) as traced:
        wait_for_unix_socket(socket_path(sockets(till), Role.CONTROL), child=traced)
        yield traced
