"""The counter: deciding, receipts, and what a sale is. Pure: no I/O, no clock, no logging."""
