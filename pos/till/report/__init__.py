"""Reports of the shop's day as data and as rows on paper. Pure."""
