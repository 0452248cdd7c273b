"""Trust data as a TUF repository: verified from bytes that anybody may have brought, stored durably.

`metadata` decides what is true, `sources` know where bytes lie, `folder` keeps what was adopted, `adoption` is the way
from one to the other, `emergency` takes trust away without a network. Nothing here opens a connection; the time is an
argument everywhere. python-tuf is loaded by `metadata` and by what imports it, and only when something is verified.
"""
