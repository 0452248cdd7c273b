"""Cameras: one seam, opened by an address.

`open_camera` (in `opening`) gives a `Camera` for `v4l2:/dev/video0`, `picamera2:0`, `files:PATH`, `sim:FOLDER` or
`none`. Rules: grey frames, newest only, a camera that is not there is a state and never a crash. Leaves decoding and
pacing to others.
"""
