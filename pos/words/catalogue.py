"""How the columns and tax classes of a catalogue may be called, in either language, and what is wrong with a line."""

from types import MappingProxyType
from typing import Final

from pos.till.catalogue import CatalogueWords, Column
from pos.voucher.bodies import TaxClass
from pos.words.ko.catalogue import COLUMNS, TAXES

CATALOGUE_WORDS: Final = CatalogueWords(
    columns=MappingProxyType({**{column.value: column for column in Column}, **COLUMNS}),
    taxes=MappingProxyType({**{tax.value: tax for tax in TaxClass}, **TAXES}),
)
