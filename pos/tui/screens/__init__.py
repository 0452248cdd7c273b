"""The screens: the sale, and what the menu leads to."""
