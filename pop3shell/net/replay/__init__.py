"""Replay: a transcript's client side against a live server, its replies compared."""
