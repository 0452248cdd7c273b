"""Faults of the counter's devices.

    DeviceError
    ├── DeviceMissingError   it is not there: not plugged in, switched off, not installed
    ├── DeviceBusyError      another program holds it
    ├── DeviceTimeoutError   it did not answer in time
    └── DeviceIoError        it is there and reading or writing failed

Messages are for technicians. Vendor exceptions are mapped to these in one place per adapter.
"""


class DeviceError(Exception):
    """Anything that a device reports as a fault."""


class DeviceMissingError(DeviceError):
    """The device is not there."""


class DeviceBusyError(DeviceError):
    """Another program holds the device."""


class DeviceTimeoutError(DeviceError):
    """The device did not answer in time."""


class DeviceIoError(DeviceError):
    """The device is there and reading or writing failed."""
