"""Carrying entries to the ledger and bringing its answers back.

Knows HTTP and nothing of money: core makes every token, checks every answer and decides what is sent next. This side
only moves bytes, waits, and tries again.
"""
