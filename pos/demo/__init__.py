"""A whole town on one machine: real processes, keys and protocols, with a visitor's hands on the wires."""
