"""`pos doctor`: every device, key, clock, disk and trust fact, each with what to do about it.

`check` says what a check is, `examination` makes them all, `devices` looks at the counter; what a finding means and
what to do is said by `pos.words`, under the same number in every language. A check that is added is one class with a
`look`, its numbers in `pos.words.findings`, its sentences in each language, and a place in `examination.CHECKS`.
"""
