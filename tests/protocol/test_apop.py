"""The digest of APOP is that of the RFC, or nobody gets in anywhere."""

from __future__ import annotations

from pop3shell.protocol import apop


def test_the_example_of_the_rfc_comes_out() -> None:
    digest = apop.digest(b"<1896.697170952@dbc.mtview.ca.us>", b"tanstaaf")
    assert digest == b"c4c9334bac560ecc979e58001b3e22fb"
