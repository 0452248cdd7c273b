"""The other side of `test_cddl.py`: a CDDL validator, in the interpreter of the outsiders.

Reads {"schema": …, "cases": [[rule, hex], …]} from standard input and writes a list of booleans.
"""

import json
import sys

from cddl_verifier import CBORDecodeError, Validator


def main() -> None:
    given = json.load(sys.stdin)
    validator = Validator(given["schema"])
    answers = []
    for rule, raw in given["cases"]:
        try:
            answers.append(validator.validate(bytes.fromhex(raw), rule, require_deterministic=True).valid)
        except CBORDecodeError:
            answers.append(False)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
