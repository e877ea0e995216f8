"""One style for all: what is different looks different, in a terminal's own colours."""

from __future__ import annotations

import re

import pytest
from prompt_toolkit.styles import Style as PromptStyle
from pygments.token import Token

from pop3shell.view.pygments_style import TOKENS, Pop3Style
from pop3shell.view.style import STYLE, Part, prompt_rules, wants_colour

REPLIES = [
    Part.OK, Part.ERR, Part.CODE, Part.NUMBER, Part.UNIQUE_ID, Part.TIMESTAMP, Part.TAG,
    Part.HEADER_NAME, Part.HEADER_VALUE, Part.BODY, Part.QUOTED, Part.DOT, Part.TERMINATOR,
    Part.ESCAPE,
]  # fmt: skip


def test_every_part_has_a_look():
    assert set(STYLE) == set(Part)


@pytest.mark.parametrize("of", ["on", "rule", "pygments"])
def test_the_parts_of_a_reply_each_look_different_everywhere(of):
    looks = {part: getattr(STYLE[part], of) for part in REPLIES}
    assert len(set(looks.values())) == len(REPLIES), looks


@pytest.mark.parametrize("part", Part)
def test_only_the_sixteen_colours_are_used_and_a_look_takes_back_all_it_set(part):
    look = STYLE[part]
    assert re.fullmatch(r"(\x1b\[(?:(?:[1247]|3[0-7]);?)+m)?", look.on)
    taken_back = {"1": "22", "2": "22", "4": "24", "7": "27"}
    on = re.findall(r"[0-9]+", look.on)
    off = re.findall(r"[0-9]+", look.off)
    assert set(off) == {taken_back.get(code, "39") for code in on}
    assert "white" not in look.rule
    assert "black" not in look.rule.replace("brightblack", "")


def test_an_escape_nests_in_every_other_look():
    inner = set(re.findall(r"[0-9]+", STYLE[Part.ESCAPE].off))
    for part in set(Part) - {Part.ESCAPE}:
        assert not inner & set(re.findall(r"[0-9]+", STYLE[part].off)), part


def test_the_prompt_and_pygments_take_the_style():
    assert PromptStyle.from_dict(prompt_rules()).style_rules
    assert Pop3Style.style_for_token(TOKENS[Part.OK])["ansicolor"] == "ansigreen"
    assert Pop3Style.style_for_token(TOKENS[Part.OK])["bold"]


def test_with_another_style_the_standard_tokens_decide():
    assert TOKENS[Part.ERR] in Token.Generic.Error
    assert TOKENS[Part.UNKNOWN] in Token.Generic.Error
    assert TOKENS[Part.ERR] is not TOKENS[Part.UNKNOWN]
    assert TOKENS[Part.VERB] in Token.Keyword
    assert TOKENS[Part.NOTE] in Token.Comment
    assert TOKENS[Part.BODY] is Token.Text


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {}, True, False),
    ],
)
def test_colour_is_used_where_it_is_wanted(choice, environment, terminal, wanted):
    assert wants_colour(choice, environment, terminal) is wanted
