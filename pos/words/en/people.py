"""What is said about people at the till."""

from typing import assert_never

from pos.till.people import Role


def role(role: Role) -> str:
    match role:
        case Role.OWNER:
            return "Owner"
        case Role.MANAGER:
            return "Manager"
        case Role.CLERK:
            return "Clerk"
        case Role.TECHNICIAN:
            return "Technician"
        case _:
            assert_never(role)
