"""Something that speaks; one implementation, espeak-ng, as a child process for each sentence.

    espeak:ko[?speed=150]

Rules: what is newer is more important: a sentence under way is ended; the sentence goes in on standard input, never
onto a command line; nothing waits for a voice, and a program that is not installed is a missing device.
"""

import shutil
import subprocess
from typing import Final, Protocol
from urllib.parse import parse_qsl

from drivers.errors import DeviceIoError, DeviceMissingError, DeviceSetupError

PROGRAM: Final = "espeak-ng"
_SPEED_WORDS: Final = "150"


class Voice(Protocol):
    """What speaks."""

    def say(self, sentence: str) -> None:
        """Say it now, instead of what is being said. DeviceError where it cannot."""

    def check(self) -> None:
        """DeviceError where it could not speak."""

    def close(self) -> None:
        """Be silent."""


class EspeakVoice:
    """espeak-ng."""

    def __init__(self, *, language: str, speed_words: int, program: str = PROGRAM) -> None:
        self._command = (program, "-v", language, "-s", str(speed_words), "--stdin")
        self._program = program
        self._speaking: subprocess.Popen[bytes] | None = None

    def say(self, sentence: str) -> None:
        self.close()
        self.check()
        try:
            self._speaking = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            assert self._speaking.stdin is not None, "it was asked for"
            self._speaking.stdin.write(sentence.encode())
            self._speaking.stdin.close()
        except OSError as fault:
            raise DeviceIoError(f"{self._program}: {fault}") from fault

    def check(self) -> None:
        if shutil.which(self._program) is None:
            raise DeviceMissingError(f"{self._program} is not installed")

    def close(self) -> None:
        if self._speaking is not None:
            if self._speaking.poll() is None:
                self._speaking.terminate()
            self._speaking.wait()
        self._speaking = None


def open_voice(url: str, *, program: str = PROGRAM) -> Voice:
    """The voice of an address. DeviceSetupError for a wrong one."""
    scheme, _, rest = url.partition(":")
    language, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    speed = options.pop("speed", _SPEED_WORDS)
    if scheme != "espeak" or not language.isalnum() or options or not speed.isdecimal():
        raise DeviceSetupError(f"voice URL {url!r}: wants espeak:ko or espeak:ko?speed=150")
    return EspeakVoice(language=language, speed_words=int(speed), program=program)
