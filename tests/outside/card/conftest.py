"""pyscard for these tests and for the processes that they start."""

import os
import sys

LIBRARY = os.environ["CHAK_SMARTCARD"]
sys.path.insert(0, LIBRARY)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (LIBRARY, os.environ.get("PYTHONPATH"))))
