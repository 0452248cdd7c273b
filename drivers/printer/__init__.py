"""Receipt printers that speak ESC/POS: from rows to bytes, and from the printer's answers to a proven outcome.

The way of one receipt through this package:

    document      rows: text, pairs, rules, codes, pictures, cuts     (what the encoder accepts)
    profile       what one printer model can do, as data
    hangul        KS X 1001 bytes and printed columns
    raster        lines and codes as dots, for what no ROM has
    encoder       rows + profile → segments of bytes                  (`commands` names every command)
    transport     usblp, libusb, serial, network, simulated: bytes there and back
    status        the printer's answers, taken apart
    conversation  one connection: bytes out, answers in, the last known state
    printing      preflight, arm, send, fence → `outcome`: printed, not started, unknown or unverified
    printer       one printer, with its connection, its drawer and what is known about it
    discovery, trial_page                                             (which printer is there, and what it can do)

`simulated*` is a printer made of software; it parses what real ones parse and fails as they fail.
"""
