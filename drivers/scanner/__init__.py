"""Hand scanners that decode by themselves and send text.

`scanner` is the seam and the address, `serial_line` a scanner on a serial line or on USB that shows up as one,
`framing` where one scan ends and the next begins.
"""
