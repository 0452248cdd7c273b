"""Customer displays of two lines with twenty columns, on a serial line."""
