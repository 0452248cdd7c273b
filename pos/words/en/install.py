"""Words of the first boot, in English; what each stands for is in `pos.words.install`."""

from typing import Final

from pos.link.install import InstallFault, InstallStep
from pos.words.install import InstallLabels

INSTALL_LABELS: Final = InstallLabels(
    titles={
        InstallStep.LOOK: "Installing 1/5: what is there",
        InstallStep.CODE: "Installing 2/5: hold the install code before the camera",
        InstallStep.ENROLLING: "Installing 2/5: enrolling",
        InstallStep.TRUST: "Installing 2/5: enrolled; the shop's data is on its way",
        InstallStep.COMPARE: "Installing 3/5: check code",
        InstallStep.READ_BACK: "Installing 4/5: hold the printed code before the camera",
        InstallStep.PAYMENT: "Installing 5/5: test payment of 1 won",
        InstallStep.DONE: "Installed",
    },
    lines={
        InstallStep.LOOK: ("Put right what is red, then press Enter",),
        InstallStep.CODE: ("If the camera cannot read it, type the eighteen digits and press Enter",),
        InstallStep.ENROLLING: ("Leave it switched on; after a cut, show the same code again",),
        InstallStep.TRUST: ("This takes about a minute",),
        InstallStep.COMPARE: ("The same number is on the paper", "Compare it over the telephone, then press Enter"),
        InstallStep.READ_BACK: ("This tries the printer and the camera at once",),
        InstallStep.PAYMENT: ("No money moves; it ends as soon as the ledger was reached",),
        InstallStep.DONE: ("The slip has been printed", "Enter hands the till over to the shop"),
    },
    faults={
        InstallFault.NOT_A_CODE: ("This is no install code", "Show the one that the ledger's operator gave you"),
        InstallFault.NEEDS_UPDATE: ("This code needs a newer program", "Install it and begin again"),
        InstallFault.OTHER_LEDGER: ("This code is another ledger's", "Ask for one for this machine"),
        InstallFault.NO_CARD: ("Nothing says whose number this is", "Show the ledger's card first, or an install code"),
        InstallFault.WRONG_NUMBER: ("The number is not right", "Look at the paper and type it again"),
        InstallFault.UNREACHABLE: ("The ledger does not answer", "Look at the network cable; it goes on by itself"),
        InstallFault.REFUSED: ("This code is too old or used already", "Ask for a new one and show it"),
        InstallFault.NOT_PROMISED: ("Whoever answered is not this code's ledger", "Try another network, then call"),
        InstallFault.DISK: ("The card cannot be written", "Change it and begin again"),
        InstallFault.OTHER_PAPER: ("This is another paper", "Show the code that was just printed"),
        InstallFault.PAYMENT: ("The test payment was not approved", "Call support"),
    },
    go_on="Go on",
    again="Again",
    skip="Skip",
    marks=("ok ", "bad", "?  "),
    typed="Typed: {digits}",
    check_code="Check code  {code}",
    shop="{shop}",
    paper_waiting="The paper has not come out yet: look at the printer",
    test_paper="Test print",
    test_caption="Hold this code before the camera",
    done_paper="Installed",
    row_terminal="Terminal",
    row_machine="Machine",
    row_version="Program",
    row_time="Installed",
    row_read="Paper read back",
    row_payment="Test payment",
    well="ok",
    skipped="skipped",
)
