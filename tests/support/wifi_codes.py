"""Codes as a telephone writes them: an encoder of its own, to judge the reader by."""

_ESCAPED = '\\;,:"'


def wifi_text(*, name: str, password: str = "", kind: str = "WPA", hidden: bool = False, more: str = "") -> str:
    """`WIFI:…;;` with every special character behind a backslash."""
    fields = [f"S:{_escaped(name)};", f"T:{kind};"]
    fields += [f"P:{_escaped(password)};"] if password else []
    fields += ["H:true;"] if hidden else []
    return f"WIFI:{''.join(fields)}{more};"


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in _ESCAPED else character for character in text)
