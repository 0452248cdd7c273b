"""Printer models as data; `drivers.printer.profile` reads them."""
