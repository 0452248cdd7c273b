"""chak-pos: a voucher terminal that keeps working when the network does not."""
