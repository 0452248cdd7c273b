"""Devices of the counter: bytes, frames and lights.

Knows nothing of vouchers or money and never imports `pos`.
"""
