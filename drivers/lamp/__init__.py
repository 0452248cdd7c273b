"""Lamp and buzzer on the board's own pins."""
