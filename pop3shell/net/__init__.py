"""Sockets: a client's connection to a live server, with TLS, and replaying a session on it."""
