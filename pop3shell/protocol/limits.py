"""Every limit that reading a dialogue has."""

#: Octets of a server's line held before it is handed on in parts.
SERVER_LINE = 1 << 16
#: Octets of a client's line held before it is handed on in parts (SASL lines may be long).
CLIENT_LINE = 1 << 20
#: Octets of a listing (CAPA, LIST) kept for later questions.
KEPT_LISTING = 1 << 25
#: Messages of a listing (LIST, UIDL) that are looked at; further ones are only counted.
LISTED = 1_000_000
#: Octets of a listing that are looked at in one go.
LISTING_BLOCK = 1 << 16
#: Octets of a reply to CAPA that are read; a server announces a thousandth of that.
CAPABILITIES = 1 << 20
#: Findings of one rule handed on as events; further ones are only counted.
FINDINGS_PER_RULE = 10
#: Findings handed on as events in all.
FINDINGS = 100
#: Octets of evidence kept with a finding.
EVIDENCE = 200
#: Seconds of silence that end a reply whose shape can't be known.
QUIET = 1.0
#: Seconds of silence after which an irregular line is given up as unanswered.
QUIET_UNANSWERED = 5.0
#: Commands with a secret whose echo is looked for in what the server sends.
ECHOES = 16
#: Octets of a secret that are looked for there; of a longer one what follows them is masked too.
ECHO = 1024
