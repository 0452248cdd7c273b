"""The cashier's screen: one process that draws what core tells and sends back what keys and fingers mean.

Rules: it holds no money and decides nothing; everything shown comes from the newest `TillState`, and only the digits
being typed are its own. No thread touches a widget. Text from strangers is never markup. What is said is in
`pos.words`; what the link carries is in `pos.link`.
"""
