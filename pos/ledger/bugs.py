"""How the log names a bug that a supervisor goes on after: its kind and its places, never its words.

What an exception says may have a buyer's number in it; where it was raised is enough to find it.
"""

import traceback
from pathlib import Path


def place_of(bug: Exception) -> str:
    """The kind, and the lines from the one that raised it outwards: `ValueError at b.py:3, a.py:7`."""
    frames = reversed(traceback.extract_tb(bug.__traceback__))
    return f"{type(bug).__name__} at {', '.join(f'{Path(frame.filename).name}:{frame.lineno}' for frame in frames)}"
