"""What can go wrong in a wallet, in sentences a person can act on.

WalletError
├── UnreadableError     text or bytes are not of the form that the protocol gives
├── UntrustedError      a payment request that must not be answered
├── CannotPayError      the purse cannot make this payment (not enough left, amount out of range)
├── UnknownHolderError  the voucher belongs to a holder key that this wallet does not have
└── DamagedError        the wallet's own files are not what it wrote
"""


class WalletError(Exception):
    """Anything that a wallet reports."""


class UnreadableError(WalletError):
    """Text or bytes that are not of the required form."""


class UntrustedError(WalletError):
    """A payment request that must not be answered."""


class CannotPayError(WalletError):
    """The purse cannot make this payment; nothing was signed and no counter moved."""


class UnknownHolderError(WalletError):
    """The voucher was issued to another wallet's key."""


class DamagedError(WalletError):
    """A file of the wallet cannot be what the wallet wrote; it must not sign until that is understood."""
