"""The sixel format read back by its standard: what a terminal would draw, dot by dot."""

import re

_TOKEN = re.compile(r'"[\d;]+|#\d+(?:;[\d;]+)?|!\d+[?-~]|[?-~]|\$|-')


def dots_of(picture: str) -> list[list[int]]:
    """Rows of colour numbers; a dot that was never drawn is colour 0."""
    assert picture.startswith("\x1bP")
    assert picture.endswith("\x1b\\")
    body = picture[picture.index("q") + 1 : -2]
    size = re.match(r'"1;1;(\d+);(\d+)', body)
    assert size is not None
    width, height = int(size[1]), int(size[2])
    dots = [[0] * width for _ in range(height)]
    colour = column = band = 0
    assert "".join(_TOKEN.findall(body)) == body, "nothing in it is left over"
    for token in _TOKEN.findall(body):
        match token[0]:
            case '"':
                continue
            case "#":
                colour = int(token[1:].partition(";")[0])
            case "$":
                column = 0
            case "-":
                column, band = 0, band + 1
            case _:
                count = int(token[1:-1]) if token[0] == "!" else 1
                bits = ord(token[-1]) - 0x3F
                for x in range(column, column + count):
                    for line in range(6):
                        if bits >> line & 1:
                            dots[band * 6 + line][x] = colour
                column += count
    return dots
