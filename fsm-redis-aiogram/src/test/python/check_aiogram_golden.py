#!/usr/bin/env python3
"""Checks aiogram-golden.jsonl against Python itself: values by json.dumps, keys by the rules of aiogram's
DefaultKeyBuilder and strategies, written down here once more. Needs Python 3.7 or newer and nothing else.

    python3 fsm-redis-aiogram/src/test/python/check_aiogram_golden.py

A line is one conversation: the options of the key builder, where the update came from, and what has to be in Redis.
"data" has pairs of a name and the JSON text that the Java side puts; "stored" is the text that must be stored, null for none.
"""
import json
import pathlib
import sys

FILE = pathlib.Path(__file__).parent.parent / "resources/io/botfsm/redis/aiogram/aiogram-golden.jsonl"


def place(strategy, chat, user, thread):
    chat = user if chat is None else chat
    if user is None and strategy in ("CHAT", "CHAT_TOPIC"):
        user = chat
    return {
        "USER_IN_CHAT": (chat, user, None),
        "CHAT": (chat, chat, None),
        "GLOBAL_USER": (user, user, None),
        "USER_IN_TOPIC": (chat, user, thread),
        "CHAT_TOPIC": (chat, chat, thread),
    }[strategy]


def key(case, part):
    options, origin = case["options"], case["origin"]
    chat, user, thread = place(
        case["strategy"], origin.get("chat"), origin.get("user"), origin.get("thread"))
    parts = [options.get("prefix", "fsm")]
    if options.get("with_bot_id"):
        parts.append(origin["bot"])
    if options.get("with_business_connection_id") and origin.get("business"):
        parts.append(origin["business"])
    parts.append(chat)
    if thread:
        parts.append(thread)
    parts.append(user)
    if options.get("with_destiny"):
        parts.append(origin.get("destiny", "default"))
    parts.append(part)
    return options.get("separator", ":").join(str(p) for p in parts)


def stored(case):
    data = {name: json.loads(text, strict=False) for name, text in case["data"]}
    return json.dumps(data) if data else None


def main():
    cases = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    wrong = 0
    for case in cases:
        for what, expected, actual in (
                ("state key", case["state_key"], key(case, "state")),
                ("data key", case["data_key"], key(case, "data")),
                ("data", case["stored"], stored(case))):
            if expected != actual:
                wrong += 1
                print("%s: %s\n  golden %r\n  Python %r" % (case["case"], what, expected, actual))
    print("%d cases, %d differences" % (len(cases), wrong))
    return 1 if wrong or len(cases) < 60 else 0


if __name__ == "__main__":
    sys.exit(main())
