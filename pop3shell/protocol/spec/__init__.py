"""POP3 as data: states, argument kinds, commands, capabilities, response codes, references.

Nothing here acts. Completion, validation, help, redaction, the dialogue and the practice server
all read these records, so a command or a capability is added in one place.
"""
