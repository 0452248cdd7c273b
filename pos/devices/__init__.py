"""The devices process: camera, printer, drawer, sounds. No network, no keys, no database.

Wires drivers and scanner to the link; what a code is worth and what a receipt says is core's business. Each device has
a thread and a link of its own, so that a stuck one holds up nothing else.
"""
