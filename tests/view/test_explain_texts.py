"""What `explain` and `:help` say: about everything, and so that it fits a terminal."""

from __future__ import annotations

import pytest

from pop3shell.view.explain import UnknownTopic, explain, overview, topics


@pytest.mark.parametrize("topic", topics())
def test_every_topic_is_explained_with_its_source_and_fits_80_columns(topic):
    text = explain(topic)
    assert max(map(len, text.split("\n"))) <= 80
    assert topic in text
    assert "defined in:" in text
    assert text == explain(topic.lower()) == explain(f" {topic} ")


@pytest.mark.parametrize("topic", topics())
def test_it_fits_a_narrow_window_and_says_the_same(topic):
    text = explain(topic, width=60)
    said = [line for line in text.split("\n") if not line.startswith(("    C: ", "    S: "))]
    assert max(map(len, said)) <= 60
    assert "".join(text.split()) == "".join(explain(topic).split())


def test_the_overview_names_every_topic_and_fits_80_columns():
    text = overview()
    assert max(map(len, text.split("\n"))) <= 80
    assert all(topic in text for topic in topics())


def test_a_word_that_is_several_things_is_explained_as_all_of_them():
    text = explain("UTF8")
    assert "UTF8 (capability)" in text
    assert "[UTF8] (response code)" in text
    assert text.startswith("UTF8: ")


@pytest.mark.parametrize("topic", ["[IN-USE]", "SYS/TEMP", "sys/temp/disk"])
def test_response_codes_are_found_as_servers_write_them(topic):
    assert "(response code)" in explain(topic)


@pytest.mark.parametrize(("topic", "near"), [("RETRR", "RETR"), ("TRANSACTIO", "TRANSACTION")])
def test_an_unknown_topic_names_what_is_near(topic, near):
    with pytest.raises(UnknownTopic, match=f"did you mean .*{near}"):
        explain(topic)


@pytest.mark.parametrize("topic", ["xyzzyx", "", "[]", "\udcff", "\0", "x" * 10_000])
def test_what_is_far_from_everything_is_said_to_be_unknown(topic):
    with pytest.raises(UnknownTopic, match="unknown topic"):
        explain(topic)
