#!/usr/bin/env python3
"""Verifies one trail after another: a line of JSON in, with `paths`, `keys` and `anchors`, and one of JSON out.

Where verify.py fails, the answer has nothing but `failed`, a text, and the next one is asked all the same.
"""
import json
import sys
import traceback

from verify import read_base64, verify


def answer(asked):
    anchors = [(one["stream"], one["size"], read_base64(one["root"], 32)) for one in asked["anchors"]]
    return verify(asked["paths"], asked["keys"], anchors)


sys.setrecursionlimit(20_000)
for line in sys.stdin:
    try:
        said = answer(json.loads(line))
    except Exception:
        said = {"failed": traceback.format_exc()}
    print(json.dumps(said), flush=True)
