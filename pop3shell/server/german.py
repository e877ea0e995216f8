"""The server's texts in German: what a text matches as a whole, and what it is then.

A group called `text` holds a text of its own, and is translated too. What is said by somebody
else (the operating system, the library for SCRAM) stays as it is.
"""

from __future__ import annotations

#: The first that matches holds.
TEXTS: dict[str, str] = {
    # ---- what stands around another text ----
    r"(?P<text>.+); too many refusals, closing the connection":
        r"\1; zu viele Ablehnungen, die Verbindung wird geschlossen",
    r"(?P<text>.+) \(RFC (\d+) section ([\d.]+)\)": r"\1 (RFC \2, Abschnitt \3)",
    r"the maildrop cannot be opened: (?P<text>.+)":
        r"das Postfach kann nicht geöffnet werden: \1",
    # ---- lines ----
    r"unknown command, (\w+) lists what this server can do":
        r"unbekannter Befehl, \1 zeigt, was dieser Server kann",
    r"(\w+) is not supported by this server": r"\1 kann dieser Server nicht",
    r"a line ends with CRLF, and this one ended with a bare LF":
        r"eine Zeile endet mit CRLF, diese aber mit LF allein",
    r"an empty line is no command": r"eine leere Zeile ist kein Befehl",
    r"a command holds no NUL, CR or LF; a line ends with CRLF and nothing else":
        r"ein Befehl enthält weder NUL noch CR oder LF; eine Zeile endet nur mit CRLF",
    r"a command must not begin with a blank":
        r"ein Befehl darf nicht mit einem Leerzeichen beginnen",
    r"line too long, at most (\d+) octets with CRLF":
        r"die Zeile ist zu lang, höchstens \1 Oktette mit CRLF",
    r"response too long, at most (\d+) octets with CRLF":
        r"die Antwort ist zu lang, höchstens \1 Oktette mit CRLF",
    r"log in first, (\w+) is for the (\w+) state": r"zuerst anmelden, \1 gehört zum Zustand \2",
    r"already logged in, (\w+) is for the (\w+) state":
        r"bereits angemeldet, \1 gehört zum Zustand \2",
    r"internal failure, closing the connection":
        r"Fehler im Server, die Verbindung wird geschlossen",
    # ---- arguments ----
    r"a single blank goes before each argument and none at the end: (.+)":
        r"vor jedem Argument steht genau ein Leerzeichen, am Ende keines: \1",
    r"an argument is missing: (.+)": r"ein Argument fehlt: \1",
    r"too many arguments: (.+)": r"zu viele Argumente: \1",
    r"(\S+) must be (?P<text>.+): (.+)": r"\1: erwartet wird \2: \3",
    r"a message number: decimal digits, 1 or more":
        r"eine Nachrichtennummer: Dezimalziffern, ab 1",
    r"a line count: decimal digits, 0 or more": r"eine Zeilenzahl: Dezimalziffern, ab 0",
    r"a mailbox name without blanks": r"ein Postfachname ohne Leerzeichen",
    r"free of NUL, CR and LF": r"etwas ohne NUL, CR und LF",
    r"32 lower-case hexadecimal digits": r"32 Hexadezimalziffern, klein geschrieben",
    r"a SASL mechanism: 1 to 20 of (.+)": r"ein SASL-Mechanismus: 1 bis 20 Zeichen aus \1",
    r"base64, or = for an empty response": r"base64, oder = für eine leere Antwort",
    r"a language range such as (\S+) or (\S+), or \*":
        r"eine Sprache wie \1 oder \2, oder *",
    # ---- logging in ----
    r"now send (\w+)": r"jetzt \1 senden",
    r"a name must be ASCII or UTF-8": r"ein Name muss ASCII oder UTF-8 sein",
    r"(\w+) must follow (\w+) directly, send \2 first":
        r"\1 muss direkt auf \2 folgen, zuerst \2 senden",
    r"(\w+) needs a timestamp, and the greeting had none":
        r"\1 braucht einen Zeitstempel, und die Begrüßung hatte keinen",
    r"wrong name or password": r"Name oder Passwort ist falsch",
    r"too soon after the last login, wait (\d+) s":
        r"zu früh nach der letzten Anmeldung, noch \1 s",
    r"the maildrop is in use by another session":
        r"das Postfach ist in einer anderen Sitzung offen",
    r"(.+)'s maildrop has (?P<text>\d+ messages?) \((\d+) octets\)":
        r"Postfach von \1: \2 (\3 Oktette)",
    # ---- AUTH ----
    r"mechanisms follow": r"Liste der Mechanismen folgt",
    r"cancelled by the client": r"vom Client abgebrochen",
    r"unknown mechanism, (\w+) alone lists those of this server":
        r"unbekannter Mechanismus, \1 allein zeigt die dieses Servers",
    r"(\S+) sends a secret in clear, begin TLS with (\w+) first":
        r"\1 sendet ein Geheimnis im Klartext, zuerst TLS mit \2 beginnen",
    r"EXTERNAL needs TLS with a client certificate that this server trusts":
        r"EXTERNAL braucht TLS mit einem Client-Zertifikat, dem dieser Server traut",
    r"there is no account (\S+), so no guest can be let in":
        r"es gibt kein Konto \1, also können keine Gäste herein",
    r"(\S+) takes no initial response": r"\1 nimmt keine Antwort gleich mit dem Befehl",
    r"not base64: octet (\d+) of the line is (0x[0-9a-f]+)":
        r"kein base64: Oktett \1 der Zeile ist \2",
    r"not base64: '=' may only stand at the end, twice at most":
        r"kein base64: '=' darf nur am Ende stehen, höchstens zweimal",
    r"not base64: (\d+) octets, but groups of four are needed":
        r"kein base64: \1 Oktette, nötig sind Vierergruppen",
    r"(.+) may not act as (.+)": r"\1 darf nicht als \2 handeln",
    r"(\S+) wants UTF-8": r"\1 verlangt UTF-8",
    r"PLAIN wants \[authorization identity\] NUL name NUL password":
        r"PLAIN verlangt [Name, unter dem gehandelt wird] NUL Name NUL Passwort",
    r"LOGIN wants a name and a password": r"LOGIN verlangt einen Namen und ein Passwort",
    r"CRAM-MD5 wants a name, a blank and 32 lower-case hexadecimal digits":
        r"CRAM-MD5 verlangt Name, Leerzeichen und 32 klein geschriebene Hexadezimalziffern",
    r"SCRAM's last message must be empty": r"die letzte Nachricht von SCRAM muss leer sein",
    r"the message is not UTF-8": r"die Nachricht ist kein UTF-8",
    r"EXTERNAL wants a name in UTF-8, or nothing":
        r"EXTERNAL verlangt einen Namen in UTF-8, oder nichts",
    r"no client certificate came with TLS, EXTERNAL has nothing to go by":
        r"mit TLS kam kein Client-Zertifikat, EXTERNAL hat keinen Anhalt",
    r"guests are not allowed here": r"Gäste sind hier nicht zugelassen",
    r"ANONYMOUS takes a mail address, or up to 255 characters without @":
        r"ANONYMOUS nimmt eine Mailadresse oder bis zu 255 Zeichen ohne @",
    r"the character (U\+[0-9A-F]+) is not allowed \(RFC (\d+)\)":
        r"das Zeichen \1 ist nicht erlaubt (RFC \2)",
    r"text of both writing directions is not allowed":
        r"Text beider Schreibrichtungen ist nicht erlaubt",
    r"the error must be answered as the mechanism wants":
        r"der Fehler muss so beantwortet werden, wie der Mechanismus es verlangt",
    r"the message is malformed": r"die Nachricht hat nicht die rechte Form",
    r"the access token is not valid here": r"das Zugangstoken gilt hier nicht",
    r"the access token has expired, get a new one":
        r"das Zugangstoken ist abgelaufen, ein neues ist nötig",
    r"the client meant another (port|host)": r"der Client meinte einen anderen Server (\1)",
    # ---- TLS, UTF8, LANG ----
    r"begin TLS negotiation": r"TLS-Aushandlung beginnt",
    r"(\w+) is not supported by this server, it has no certificate":
        r"\1 kann dieser Server nicht, er hat kein Zertifikat",
    r"TLS is active already": r"TLS ist bereits aktiv",
    r"(\w+) is not allowed after (\w+)": r"\1 ist nach \2 nicht erlaubt",
    r"nothing may follow (\w+) before the TLS handshake \(RFC (\d+) section ([\d.]+)\), "
    r"closing the connection":
        r"auf \1 darf vor dem TLS-Handshake nichts folgen (RFC \2, Abschnitt \3), "
        r"die Verbindung wird geschlossen",
    r"UTF-8 mode is on": r"UTF-8-Modus ist an",
    r"language list follows": r"Liste der Sprachen folgt",
    r"no texts in that language, (\w+) alone lists those there are":
        r"keine Texte in dieser Sprache, \1 allein zeigt die vorhandenen",
    # ---- mail ----
    r"1 message": r"1 Nachricht",
    r"(\d+) messages": r"\1 Nachrichten",
    r"(?P<text>\d+ messages?) \((\d+) octets\)": r"\1 (\2 Oktette)",
    r"(\d+) octets": r"\1 Oktette",
    r"top of message follows": r"Anfang der Nachricht folgt",
    r"message (\d+) deleted": r"Nachricht \1 zum Löschen vorgemerkt",
    r"no such message, only (?P<text>\d+ messages?) in maildrop":
        r"keine solche Nachricht, nur \1 im Postfach",
    r"message (\d+) is marked as deleted, (\w+) takes that back":
        r"Nachricht \1 ist zum Löschen vorgemerkt, \2 nimmt das zurück",
    r"the header of message (\d+) is not ASCII, log in again and send (\w+) before that":
        r"der Kopf von Nachricht \1 ist kein ASCII, neu anmelden und davor \2 senden",
    r"nothing done, as you wished": r"nichts getan, wie gewünscht",
    r"capability list follows": r"Liste der Fähigkeiten folgt",
    r"pop3shell practice server signing off": r"der Übungsserver verabschiedet sich",
    r"(?P<text>.+), (\d+) deleted": r"\1, \2 gelöscht",
    # ---- stored mail ----
    r"cannot read (.+): (.+)": r"\1 kann nicht gelesen werden: \2",
    r"(.+) is no file any more": r"\1 ist keine Datei mehr",
    r"(.+) has changed since login, log in again to read it":
        r"\1 hat sich seit der Anmeldung geändert, zum Lesen neu anmelden",
    r"(.+) is no Maildir: it has neither cur nor new in it":
        r"\1 ist kein Maildir: weder cur noch new ist darin",
    r"(.+) is no mbox: its first line does not begin with 'From '":
        r"\1 ist keine mbox: die erste Zeile beginnt nicht mit 'From '",
}  # fmt: skip
