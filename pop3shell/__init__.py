"""pop3shell: a debugging shell for POP3."""

__version__ = "0.1.0"
