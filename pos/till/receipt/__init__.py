"""Receipts: what a receipt says (`receipt`), its tax (`tax`), its words (`words`) and where they stand (`layout`).

Pure. Nothing here knows of printers: `rows` are laid out for a number of columns, and the devices process turns them
into what its printer takes.
"""
