"""Smart cards through a reader: an optional extra.

`apdu` is how commands and answers are cut for a card, `reader` the seam and the address, `pcsc` the
one implementation, over PC/SC.
"""
