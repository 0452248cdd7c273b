"""Faults of the counter's devices.

    DeviceError
    ├── DeviceSetupError     the configuration asks for what cannot be: a URL, a profile, a font
    ├── DeviceMissingError   it is not there: not plugged in, switched off, not installed
    ├── DeviceBusyError      another program holds it
    ├── DeviceDeniedError    it is there, and this account may not open it
    ├── DeviceTimeoutError   it did not answer in time
    └── DeviceIoError        it is there and reading or writing failed

Branch by what to do next: a setup or denied error wants a technician; a missing or busy device is tried again; after
a timeout or an I/O error the outcome of what was under way is not known. Messages are for technicians. Vendor
exceptions are mapped to these in one place per adapter.
"""


class DeviceError(Exception):
    """Anything that a device reports as a fault."""


class DeviceSetupError(DeviceError):
    """What the configuration asks for cannot be used as it is written."""


class DeviceMissingError(DeviceError):
    """The device is not there."""


class DeviceBusyError(DeviceError):
    """Another program holds the device."""


class DeviceDeniedError(DeviceError):
    """The device is there, and this account may not open it."""


class DeviceTimeoutError(DeviceError):
    """The device did not answer in time."""


class DeviceIoError(DeviceError):
    """The device is there and reading or writing failed."""
