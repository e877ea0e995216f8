"""Sockets: the client's connection to a live server."""
