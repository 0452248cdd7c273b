"""What an issuer promises and how it is checked.

Text of a QR code → bytes (`qr`) → signed object (`signed`) → verified object (`verified`). Pure: no I/O, no clock,
no logging; time, history and trust are arguments. The formats are specified in PROTOCOL.md beside this file.
"""
