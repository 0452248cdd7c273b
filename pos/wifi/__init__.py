"""The shop's wireless network, as a telephone shows it: read, written down for NetworkManager, joined."""
