"""One business day of the bakery, told in scenes, with every part of it running.

The scenes are told once (`morning`, `noon`, `offline`, `evening`, brought together in `day`) and can be played by
anybody who has hands (`hands`): over the link as the screen's calls (`by_link`), or by a pilot's keys on the screen.
"""
