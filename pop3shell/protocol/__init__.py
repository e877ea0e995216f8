"""POP3 itself: the command table, framing, and the observer of the dialogue. No I/O."""
