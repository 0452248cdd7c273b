"""The reference ledger: takes in signed journals, judges the payments in them, keeps the books, proves what it did.

Read it in the order of one delivery: `app` (HTTP) → `calls` (who is calling) → `batch` (bytes to entries) → `chain`
(what is new) → `judge` (what each payment is worth) → `books` (where the money goes) → `intake` (one transaction) →
`answers` (the signed acknowledgement) → `log` (the public proof). `audit` does it all again from stored evidence.
"""
