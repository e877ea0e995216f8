"""SASL mechanisms, both sides of each, and how POP3 carries them (RFC 4422, RFC 5034).

A mechanism does no I/O: it is told what the other side said and returns what to say next.
"""
