"""The tables that are computed from the entries, and nothing else: they can be dropped and made again at any time.

`VERSION` grows whenever a table here or a rule in `projections` changes; a database with another version is computed
anew at start. Spend-once is a constraint of these tables, whatever the code in front of them believes.
"""

import sqlite3
from typing import Final

VERSION: Final = 8

_TABLES: Final = {
    # Every approved payment and paper note. `total_…` counts from the first to this one, so that any stretch of the
    # journal is the difference of two rows.
    "payments": """(
        entry INTEGER PRIMARY KEY,
        issuer TEXT NOT NULL,
        voucher_id BLOB NOT NULL,
        sequence INTEGER NOT NULL,
        spent_before_won INTEGER NOT NULL,
        amount_won INTEGER NOT NULL,
        program TEXT NOT NULL,
        receipt_number TEXT NOT NULL,
        sale INTEGER NOT NULL,
        time_s INTEGER NOT NULL,
        total_count INTEGER NOT NULL,
        total_won INTEGER NOT NULL,
        UNIQUE (issuer, voucher_id, sequence)
    ) STRICT""",
    # Payments that the ledger took online; the same accounts, no risk.
    "confirmations": """(
        entry INTEGER PRIMARY KEY,
        ledger TEXT NOT NULL,
        payment_id BLOB NOT NULL,
        amount_won INTEGER NOT NULL,
        program TEXT NOT NULL,
        receipt_number TEXT NOT NULL,
        sale INTEGER NOT NULL,
        time_s INTEGER NOT NULL,
        UNIQUE (ledger, payment_id)
    ) STRICT""",
    # Authentic payments that were not approved.
    "refusals": """(
        entry INTEGER PRIMARY KEY,
        issuer TEXT NOT NULL,
        voucher_id BLOB NOT NULL,
        sequence INTEGER NOT NULL,
        reason TEXT NOT NULL,
        time_s INTEGER NOT NULL
    ) STRICT""",
    "requests": """(
        entry INTEGER PRIMARY KEY,
        nonce BLOB NOT NULL UNIQUE,
        sale_id BLOB NOT NULL,
        amount_won INTEGER NOT NULL,
        expires_s INTEGER NOT NULL,
        closed TEXT,
        closing_entry INTEGER
    ) STRICT""",
    # A sale is known by the entry that began it; its tenders lie between that and `last_entry`.
    "sales": """(
        sale INTEGER PRIMARY KEY,
        sale_id BLOB NOT NULL UNIQUE,
        state TEXT NOT NULL,
        business_date TEXT NOT NULL,
        opened_s INTEGER NOT NULL,
        last_entry INTEGER NOT NULL,
        ended_s INTEGER,
        ending_entry INTEGER,
        total_won INTEGER,
        paid_won INTEGER NOT NULL,
        taxable_won INTEGER,
        vat_won INTEGER,
        exempt_won INTEGER,
        service_won INTEGER,
        receipt_number TEXT
    ) STRICT""",
    # Money that is no voucher.
    "tenders": """(
        entry INTEGER PRIMARY KEY,
        sale INTEGER NOT NULL,
        kind TEXT NOT NULL,
        amount_won INTEGER NOT NULL,
        method TEXT
    ) STRICT""",
    # What is sold, as far as somebody said so.
    "items": """(
        sale_id BLOB NOT NULL,
        line INTEGER NOT NULL,
        name TEXT NOT NULL,
        unit_price_won INTEGER NOT NULL,
        quantity INTEGER NOT NULL,
        tax TEXT NOT NULL,
        code TEXT NOT NULL,
        PRIMARY KEY (sale_id, line)
    ) STRICT, WITHOUT ROWID""",
    # Sales that were put aside and wait to be called back.
    "suspended": """(
        sale_id BLOB PRIMARY KEY,
        hold_number INTEGER NOT NULL,
        time_s INTEGER NOT NULL,
        total_won INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # Notes counted by hand, as tenders.
    "note_tenders": """(
        entry INTEGER PRIMARY KEY,
        sale INTEGER NOT NULL,
        amount_won INTEGER NOT NULL,
        program TEXT NOT NULL
    ) STRICT""",
    # Every paper note that was taken, by hand or by its code; in the drawer until it is submitted.
    "notes": """(
        entry INTEGER NOT NULL,
        place INTEGER NOT NULL,
        issuer TEXT NOT NULL,
        program TEXT NOT NULL,
        denomination_won INTEGER NOT NULL,
        serial TEXT,
        time_s INTEGER NOT NULL,
        is_scanned INTEGER NOT NULL,
        submission INTEGER,
        PRIMARY KEY (entry, place)
    ) STRICT, WITHOUT ROWID""",
    "submissions": """(
        number INTEGER PRIMARY KEY,
        entry INTEGER NOT NULL,
        issuer TEXT NOT NULL,
        program TEXT NOT NULL,
        business_date TEXT NOT NULL,
        count INTEGER NOT NULL,
        amount_won INTEGER NOT NULL,
        credited_date TEXT,
        credited_won INTEGER
    ) STRICT""",
    # Notes that were taken in good faith and reported afterwards.
    "reported_notes": """(
        entry INTEGER PRIMARY KEY,
        note INTEGER NOT NULL,
        serial TEXT NOT NULL,
        cause TEXT NOT NULL,
        UNIQUE (note, serial)
    ) STRICT""",
    # Cash given back on notes, and why.
    "note_changes": """(
        entry INTEGER PRIMARY KEY,
        sale INTEGER NOT NULL,
        business_date TEXT NOT NULL,
        change_won INTEGER NOT NULL,
        ruling TEXT NOT NULL,
        clerk TEXT NOT NULL
    ) STRICT""",
    # A part of a tender that went back. `left_won` is what could still go back of that tender afterwards; the whole
    # refund's total and tax stand with its last part.
    "refunds": """(
        entry INTEGER PRIMARY KEY,
        refund_id BLOB NOT NULL,
        sale INTEGER NOT NULL,
        tender INTEGER NOT NULL,
        amount_won INTEGER NOT NULL,
        left_won INTEGER NOT NULL CHECK (left_won >= 0),
        ordinal INTEGER NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        business_date TEXT NOT NULL,
        time_s INTEGER NOT NULL,
        clerk TEXT,
        total_won INTEGER,
        taxable_won INTEGER,
        vat_won INTEGER,
        exempt_won INTEGER,
        service_won INTEGER
    ) STRICT""",
    # Payments that the ledger took elsewhere and that are sales of this shop; the same payment is a sale once.
    "remote_payments": """(
        entry INTEGER PRIMARY KEY,
        subject BLOB NOT NULL UNIQUE,
        payment_id BLOB NOT NULL UNIQUE,
        sale INTEGER NOT NULL,
        amount_won INTEGER NOT NULL,
        issuer TEXT NOT NULL,
        program TEXT NOT NULL
    ) STRICT""",
    # Orders and payments from elsewhere that were answered without a sale.
    "remote_answers": """(
        subject BLOB PRIMARY KEY,
        entry INTEGER NOT NULL,
        answer TEXT NOT NULL,
        reason TEXT
    ) STRICT, WITHOUT ROWID""",
    # One per request to the provider, an issue or (with `original_id`) a cancellation.
    "cash_receipts": """(
        entry INTEGER PRIMARY KEY,
        cash_receipt_id BLOB NOT NULL UNIQUE,
        original_id BLOB,
        refund_id BLOB,
        sale INTEGER NOT NULL,
        amount_won INTEGER NOT NULL,
        taxable_won INTEGER NOT NULL,
        vat_won INTEGER NOT NULL,
        exempt_won INTEGER NOT NULL,
        service_won INTEGER NOT NULL,
        purpose TEXT NOT NULL,
        identifier_kind TEXT NOT NULL,
        identifier TEXT NOT NULL,
        traded_s INTEGER NOT NULL,
        business_date TEXT NOT NULL,
        cancel_reason TEXT,
        answer TEXT,
        approval_number TEXT,
        approved_s INTEGER,
        failure TEXT
    ) STRICT""",
    # `ordinal` is the number itself; `job` asked for the original on paper.
    "receipts": """(
        ordinal INTEGER PRIMARY KEY,
        number TEXT NOT NULL,
        entry INTEGER NOT NULL,
        sale INTEGER,
        job INTEGER
    ) STRICT""",
    # One per receipt that somebody should get on paper; known by the entry that asked for it.
    "print_jobs": """(
        job INTEGER PRIMARY KEY,
        receipt_number TEXT NOT NULL,
        copy_number INTEGER NOT NULL,
        time_s INTEGER NOT NULL,
        outcome TEXT,
        outcome_entry INTEGER
    ) STRICT""",
    # Entries that an earlier one excludes, or whose evidence cannot be read: signed, kept, delivered, and not counted.
    "contradictions": """(
        entry INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        what TEXT NOT NULL
    ) STRICT""",
    # Openings and closings; a day is what lies behind a closing, up to the next.
    "shop_days": """(
        entry INTEGER PRIMARY KEY,
        is_opening INTEGER NOT NULL,
        business_date TEXT NOT NULL,
        float_won INTEGER,
        z_number INTEGER,
        time_s INTEGER NOT NULL
    ) STRICT""",
    # Who may use the till; one row for each number, of whoever has it or had it last.
    "people": """(
        person INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        is_removed INTEGER NOT NULL,
        entry INTEGER NOT NULL
    ) STRICT""",
    # Wrong PINs in a row; gone with the right one.
    "wrong_pins": """(
        person INTEGER PRIMARY KEY,
        tries INTEGER NOT NULL,
        entry INTEGER NOT NULL
    ) STRICT""",
    # Up to where messages are acknowledged; what the ledger reads from the same entries.
    "acknowledged_messages": """(
        entry INTEGER PRIMARY KEY,
        number INTEGER NOT NULL
    ) STRICT""",
    # What the owner has to know, until a person closes it.
    "alarms": """(
        entry INTEGER PRIMARY KEY,
        cause TEXT NOT NULL,
        time_s INTEGER NOT NULL,
        details TEXT NOT NULL
    ) STRICT""",
    # Matters that a person closed, by the hash of the entry that left them open.
    "closed_matters": """(
        hash BLOB PRIMARY KEY,
        entry INTEGER NOT NULL,
        reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # What a person chose on the screen.
    "settings": """(
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        entry INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
}
# Every index costs each sale a page of the write-ahead log: there are no more than the questions need.
_INDEXES: Final = (
    "CREATE INDEX refusals_line ON refusals (issuer, voucher_id, sequence)",
    "CREATE INDEX requests_open ON requests (entry) WHERE closed IS NULL",
    "CREATE INDEX sales_day ON sales (business_date, ending_entry)",
    "CREATE INDEX refunds_sale ON refunds (sale)",
    "CREATE INDEX refunds_paper ON refunds (ordinal)",
    "CREATE INDEX refunds_day ON refunds (business_date)",
    "CREATE INDEX cash_receipts_sale ON cash_receipts (sale)",
    "CREATE INDEX cash_receipts_open ON cash_receipts (traded_s) WHERE answer IS NULL OR answer = 'rejected'",
    "CREATE INDEX sales_open ON sales (sale) WHERE state = 'open'",
    "CREATE UNIQUE INDEX notes_serial ON notes (issuer, serial) WHERE serial IS NOT NULL",
    "CREATE INDEX notes_in_drawer ON notes (issuer, program) WHERE submission IS NULL",
    "CREATE INDEX print_jobs_copies ON print_jobs (receipt_number, copy_number) WHERE copy_number > 1",
)
_VIEW: Final = """CREATE VIEW sale_tenders AS
    SELECT entry, sale,
        CASE WHEN EXISTS (SELECT 1 FROM notes WHERE notes.entry = payments.entry) THEN 'scanned_note' ELSE 'voucher' END
        AS form, amount_won, program, NULL AS method FROM payments
    UNION ALL SELECT entry, sale, 'confirmation', amount_won, program, NULL FROM confirmations
    UNION ALL SELECT entry, sale, 'confirmation', amount_won, program, NULL FROM remote_payments
    UNION ALL SELECT entry, sale, 'note', amount_won, program, NULL FROM note_tenders
    UNION ALL SELECT entry, sale, kind, amount_won, NULL, method FROM tenders"""
COMPUTED_TABLES: Final = tuple(_TABLES)
_STATEMENTS: Final = (*(f"CREATE TABLE {name} {columns}" for name, columns in _TABLES.items()), *_INDEXES, _VIEW)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the computed tables empty, dropping what was there. The caller holds a transaction."""
    connection.execute("DROP VIEW IF EXISTS sale_tenders")
    for name in COMPUTED_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _STATEMENTS:
        connection.execute(statement)


def are_tables_whole(connection: sqlite3.Connection) -> bool:
    """Whether every table, index and view is there as it is made here."""
    found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema")}
    return found.issuperset(_STATEMENTS)
