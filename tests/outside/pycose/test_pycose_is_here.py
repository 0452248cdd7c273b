"""The independent COSE library runs, with the cbor2 that it wants."""

import os

from tests.support.process_tools import run

ASK = """
from importlib.metadata import version
from pycose.messages import Sign1Message
print(version("pycose"), version("cbor2").split(".")[0])
"""


def test_it_is_the_pinned_one() -> None:
    done = run([os.environ["CHAK_PYCOSE"], "-c", ASK])

    assert done.stdout.split() == ["1.1.0", "5"], done.report()
