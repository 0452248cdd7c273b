"""What a sandbox command reports: one sentence that says what is wrong and what to do about it.

PosError
└── SandboxError
    └── TownError    the folder cannot be made into a town, or is none
"""

from pos.errors import PosError


class SandboxError(PosError):
    """A sandbox command that cannot do what was asked; nothing was changed."""


class TownError(SandboxError):
    """A folder that cannot become a town, or is none."""
