"""A system call filter: after it, this process can compute, answer and end, and nothing else.

Allowed is a short list (memory, locks, time, reading and writing what is open already); everything else fails with
EPERM, and calls of another architecture kill the process. Memory cannot be made executable. The filter is classic BPF
as seccomp(2) wants it, for x86-64 and aarch64; elsewhere it is not set, and `install` says so. Leaves to others: limits
that hold without it (`jail`).
"""

import ctypes
import errno
import os
import platform
import signal
import struct
from dataclasses import dataclass

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JSET|K, RET|K
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_NUMBER_AT, _ARCHITECTURE_AT, _THIRD_ARGUMENT_AT = 0, 4, 32  # in struct seccomp_data, little-endian
_PROT_EXEC = 4
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SECCOMP_SET_MODE_FILTER, _EVERY_THREAD = 1, 1

# name: (x86-64, aarch64)
_ALLOWED = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
}
_ALLOWED_WITHOUT_EXECUTION = {"mmap": (9, 222), "mprotect": (10, 226)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """How the kernel names an architecture, the number of seccomp(2) there, and the column of the tables above."""

    architecture: int
    seccomp: int
    column: int


_MACHINES = {
    "x86_64": _Machine(architecture=0xC000003E, seccomp=317, column=0),
    "aarch64": _Machine(architecture=0xC00000B7, seccomp=277, column=1),
}


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid_new_privileges() -> bool:
    """No program that this process might start could gain rights by it. Raises nothing; False where it did not work."""
    return bool(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def install() -> bool:
    """Sets the filter for every thread of this process, for good; needs `forbid_new_privileges` first.

    False where the machine is not known, is a 32-bit process, or its kernel has no seccomp.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        return False
    code = filter_code(machine.architecture, machine.column)
    program = _Program(length=len(code) // 8, filter=code)
    arguments = (_SECCOMP_SET_MODE_FILTER, _EVERY_THREAD, ctypes.byref(program))
    return bool(_libc().syscall(ctypes.c_long(machine.seccomp), *arguments) == 0)


def filter_code(architecture: int, column: int) -> bytes:
    """The filter's instructions, eight bytes each."""
    allowed = sorted(numbers[column] for numbers in _ALLOWED.values())
    checked = sorted(numbers[column] for numbers in _ALLOWED_WITHOUT_EXECUTION.values())
    # the tail: fail; allow; then the check of the third argument, which falls back on the two before it
    tail = [
        _instruction(_RETURN, _FAIL),
        _instruction(_RETURN, _ALLOW),
        _instruction(_LOAD, _THIRD_ARGUMENT_AT),
        _instruction(_ANY_BIT, _PROT_EXEC, then=0, otherwise=1),
        _instruction(_RETURN, _FAIL),
        _instruction(_RETURN, _ALLOW),
    ]
    tests = [(number, 1) for number in allowed] + [(number, 2) for number in checked]
    count = len(tests)
    body = [
        _instruction(_EQUAL, number, then=count - 1 - place + target) for place, (number, target) in enumerate(tests)
    ]
    head = [
        _instruction(_LOAD, _ARCHITECTURE_AT),
        _instruction(_EQUAL, architecture, then=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER_AT),
    ]
    return b"".join(head + body + tail)


def _instruction(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """struct sock_filter; jumps count the instructions to pass over."""
    return struct.pack("=HBBI", code, then, otherwise, value)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def end_with_parent(parent: int) -> bool:
    """Asks the kernel to kill this process when process `parent`, which started it, ends; False where it has ended."""
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return os.getppid() == parent
