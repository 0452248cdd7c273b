"""Which word of a language a tender's method has."""

from pos.voucher.bodies import TenderMethod

_PLACES = {method.value: place for place, method in enumerate(TenderMethod)}


def method_name(method: str, names: tuple[str, ...]) -> str:
    """The word for a method; one that nobody knows is the last, "other"."""
    return names[_PLACES.get(method, len(names) - 1)]
