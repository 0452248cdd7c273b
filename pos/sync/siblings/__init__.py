"""The shop's other tills, over the shop's own network: found, greeted, told and heard.

Nothing here is believed or kept: bytes go between the network and core. Whoever is at the other end is a stranger until
core says otherwise, and gets little: few connections, short frames, little time.

    addresses   this machine's own, without a netlink socket
    frames      one frame after the other, with a length in front
    meeting     one connection from hello to end
    lan         `_chak-pos._tcp` by zeroconf: announced and found
    counter     all meetings of one till: listening, calling the others, ending
"""
