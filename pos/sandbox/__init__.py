"""A town in a box: issuers, a ledger, merchants, a terminal, wallets, customers; real keys behind the real seams.

Nothing here is imported by the terminal. What a town writes is exactly what a real ledger and a real city would have
delivered: the terminal cannot tell the difference, and no check in it is weakened for the sandbox.
"""
