"""Small typed calls between the terminal's processes, over Unix sockets.

Core is the only server; each role has its own socket in a folder of its own, so that file permissions say who may ask
what. A frame is a 32-bit big-endian length and one msgpack message; every message is a frozen struct and checked on
arrival. What a call means is core's matter (`pos.core`).
"""
