"""The one durable record of the terminal.

One entry is read in this order: what may be signed (`guard`), how it is signed (`chain`), what follows from it
(`projections`), where else it stands (`mirror`), when it is durable (`database`). `journal` is the front of it all;
`boot` is what happens before anything is sold. Depends on `pos.voucher` and the bottom; knows no process and no device.
"""
