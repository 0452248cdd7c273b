"""What is said about people at the till."""

from typing import assert_never

from pos.till.people import Role


def role(role: Role) -> str:
    match role:
        case Role.OWNER:
            return "주인"
        case Role.MANAGER:
            return "책임자"
        case Role.CLERK:
            return "점원"
        case Role.TECHNICIAN:
            return "기사"
        case _:
            assert_never(role)
