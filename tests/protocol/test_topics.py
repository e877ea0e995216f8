"""Who asks about POP3 in words of their own is led to what it is called, and to nothing else."""

from __future__ import annotations

import pytest

from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.spec.notions import NOTIONS, PHRASES
from pop3shell.protocol.topics import MOST, find, name_of, near, topics

ASKED = {
    "login": ["LOGIN", "LOGIN"],
    "log in": ["LOGIN"],
    "authentication": ["LOGIN"],
    "password": ["PASS"],
    "user name": ["USER", "USER"],
    "apop banner": ["TIMESTAMP"],
    "auth =": ["AUTH", "AUTH", "CHALLENGE"],
    "sasl plain": ["SASL", "PLAIN"],
    "cram-md5": ["CRAM-MD5"],
    "scram": ["SCRAM-SHA-256", "SCRAM-SHA-1"],
    "oauth": ["OAUTHBEARER", "XOAUTH2"],
    "base64": ["CHALLENGE"],
    "stls": ["STLS", "STLS"],
    "starttls": ["STLS", "STLS", "TLS"],
    "ssl": ["TLS"],
    "995": ["PORTS"],
    "pop3s": ["PORTS"],
    "port 110": ["PORTS"],
    "delete": ["DELE", "DELETING"],
    "how do I delete a message?": ["DELE", "DELETING"],
    "undelete": ["RSET", "DELETING"],
    "top 1 0": ["TOP", "TOP"],
    "headers": ["TOP", "TOP"],
    "RETR 1": ["RETR"],
    "retrieve": ["RETR"],
    "message sizes": ["LIST", "OCTETS"],
    "octets": ["OCTETS"],
    "uidl": ["UIDL", "UIDL"],
    "unique-id": ["UNIQUE-ID"],
    "unique id": ["UNIQUE-ID"],
    "leave mail on server": ["LEAVING-MAIL"],
    "unread": ["FLAGS"],
    "folders": ["FLAGS"],
    "send mail": ["SMTP"],
    "IMAP": ["IMAP"],
    "POP2": ["POP2"],
    "dot": ["MULTI-LINE", "BYTE-STUFFING"],
    ".": ["MULTI-LINE"],
    "byte-stuffing": ["BYTE-STUFFING"],
    "dot stuffing": ["BYTE-STUFFING"],
    "timeout": ["AUTOLOGOUT"],
    "line too long": ["LINE-LENGTH"],
    "keepalive": ["NOOP"],
    "logout": ["QUIT"],
    "capability names": ["CAPABILITY"],
    "capabilities": ["CAPA", "CAPABILITY"],
    "mailbox locked": ["IN-USE"],
    "+OK": ["REPLY"],
    "-ERR": ["REPLY"],
    "why -ERR [IN-USE]": ["IN-USE"],
    "-ERR [sys/temp/disk] full": ["SYS/TEMP"],
    "-ERR [AUTH] Authentication failed.": ["AUTH"],
    "-ERR Authentication failed.": ["LOGIN-REFUSED"],
    "-ERR Unknown command: XYZZ": ["UNKNOWN-COMMAND"],
}


@pytest.mark.parametrize("query", ASKED)
def test_what_learners_ask_is_found(query):
    assert [name_of(topic) for topic in find(query)] == ASKED[query]
    assert find(query.upper()) == find(f"  {query} ") == find(query)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("retreive", ["RETR"]),
        ("auht", ["AUTH"]),
        ("transaktion", ["TRANSACTION"]),
        ("pas", ["PASS"]),
    ],
)
def test_what_is_misspelt_is_not_guessed_but_what_is_near_is_offered(query, names):
    assert find(query) == []
    assert near(query)[: len(names)] == names


@pytest.mark.parametrize("query", ["", " ", "[]", "[xyzzy]", "what", "\udcff", "\0", "x" * 10_000])
def test_what_is_far_from_everything_is_not_found(query):
    assert find(query) == []


@pytest.mark.parametrize("query", ["[IN-USE] " * 1000, "[UTF8] [AUTH] [SYS] [IN-USE] [XCLIENT]"])
def test_one_query_gives_a_few_answers_at_most(query):
    assert 1 <= len(find(query)) <= MOST
    words = " ".join(name_of(topic) for topic in topics())
    assert len(find(words)) <= MOST


@pytest.mark.parametrize("topic", topics(), ids=name_of)
def test_every_topic_is_found_by_its_name(topic):
    assert topic in find(name_of(topic))


@pytest.mark.parametrize("notion", NOTIONS, ids=name_of)
def test_a_notion_is_found_by_each_of_its_phrases_and_names_only_what_there_is(notion):
    for phrase in notion.also:
        assert notion in find(phrase), phrase
    assert set(notion.see) <= {name_of(topic) for topic in topics()}


@pytest.mark.parametrize("name", PHRASES)
def test_a_name_is_found_by_each_of_its_phrases(name):
    for phrase in PHRASES[name]:
        assert name in [name_of(topic) for topic in find(phrase)], phrase


def test_a_command_that_is_asked_for_by_name_comes_first():
    assert all(
        isinstance(find(t.verb.lower())[0], Command) for t in topics() if isinstance(t, Command)
    )
