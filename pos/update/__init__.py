"""Newer versions of the program: offered by the trust repository, brought by sync, unpacked beside the running one.

`versions` reads what is offered, `pieces` is where a download stands, `installation` is the folder of versions and the
one link that says which of them runs, `tending` decides when. A version is a folder; changing it is one rename, taking
it back is another. Nothing here opens a connection.
"""
