"""Receipt printers that speak ESC/POS: from rows to bytes, and from the printer's answers to a proven outcome.

The way of one receipt through this package:

    document   rows: text, pairs, rules, codes, cuts           (what the encoder accepts)
    profile    what one printer model can do, as data
    hangul     KS X 1001 bytes and printed columns
    raster     lines and codes as dots, for printers without Hangul
    encoder    rows + profile → segments of bytes
    transport  usblp, libusb, serial, network, simulated: bytes there and back
    status     the printer's answers, taken apart
    printing   preflight, arm, send, fence → printed, not started, unknown or unverified
    printer    one printer, with its URL, its profile and what is known about it

`simulated*` is a printer made of software; it parses what real ones parse and fails as they fail.
"""
