"""Domain separation: the `external_aad` of each kind of signed object (RFC 9052, section 4.3).

A signature made for one kind of object proves nothing about any other. The digit is the protocol's version.
"""

from enum import StrEnum


class Aad(StrEnum):
    """The ASCII characters, without terminator, that go into the Sig_structure. Members are added, never changed."""

    VOUCHER = "chak/voucher/1"
    PAYMENT = "chak/payment/1"
    REQUEST = "chak/request/1"
    TERMINAL = "chak/terminal/1"
    CONFIRMATION = "chak/confirmation/1"
    RECEIPT = "chak/receipt/1"
    ENROLMENT = "chak/enrolment/1"
    JOURNAL = "chak/journal/1"
    CALL = "chak/call/1"
    ACK = "chak/ack/1"
    MESSAGE = "chak/message/1"
    TIME = "chak/time/1"
    RETURN = "chak-pos/return/1"
    """Of this reference ledger, not of the protocol: a holder fetches what came back as a new voucher."""
    INSTALL = "chak-pos/install/1"
    """Of this reference implementation: a file that brings an enrolment code; PROTOCOL.md says how."""
    SIBLING = "chak/sibling/1"
    """Between two tills of one shop; PROTOCOL.md, section 11."""
