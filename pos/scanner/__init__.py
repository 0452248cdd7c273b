"""The scanner: camera frames to text, decoded in a process without rights.

`Scanner` (in `scanner`) is what the devices process runs: it reads a camera, sends each frame to the decoding worker
and yields events. `scan_paths` (in `paths`) does the same for pictures and videos on a disk. Leaves to others: what a
text means (`pos.voucher`) and what is done about it (`pos.till`).
"""
