"""The core process: the only owner of journal, key and decisions. No network, no devices."""
