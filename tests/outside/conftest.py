"""Tests in which an outsider judges this project.

Each folder belongs to one outsider, which `./run test --stage FOLDER` installs and names in an environment variable.
Without it the folder is not collected: those tests cannot run in the project's own environment.
"""

import os

OUTSIDERS = {
    "kiosk": "CHAK_KIOSK_PICTURE",
    "boot": "CHAK_TILL_AMD64",
    "card": "CHAK_SMARTCARD",
    "ext4": "CHAK_EXT4_CUTS",
    "emupos": "CHAK_EMUPOS",
    "package": "CHAK_PACKAGES",
    "receiptio": "CHAK_RECEIPTIO",
    "sixel": "CHAK_SIXEL2PNG",
}

collect_ignore = [folder for folder, variable in OUTSIDERS.items() if variable not in os.environ]
