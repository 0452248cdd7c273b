"""A customer's wallet, written apart from the terminal so that the two judge each other.

It follows the same protocol page and shares no code with the terminal's encoder or verifier: CBOR by cbor2, Ed25519 by
PyNaCl, base45 and the COSE structures written here. Rules: counters are durable before a payment is shown, a sequence
is never used twice, and a payment request is answered only after its certificate and both signatures were checked.
"""
