"""Looks for secrets in a text, in every encoding that they could take. Shares nothing with what masks them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

FRAGMENT = 12
"""So many characters in a row of a secret are a leak as well."""

Encoding = Callable[[str], str]


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_utf8(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


ENCODINGS: dict[str, Encoding] = {
    "plain": str,
    "json": _json,
    "json, utf-8": _json_utf8,
    "json in json": lambda text: _json(_json(text)),
    "json, utf-8, in json, utf-8": lambda text: _json_utf8(_json_utf8(text)),
    "json in json, utf-8": lambda text: _json_utf8(_json(text)),
    "json in json in json": lambda text: _json(_json(_json(text))),
    "json with escaped slashes": lambda text: _json(text).replace("/", "\\/"),
    "repr": lambda text: repr(text)[1:-1],
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
    "quoted": lambda text: quote(text, safe=""),
    "quoted but slashes": quote,
    "quoted, plus for blank": quote_plus,
    "quoted, lower case": lambda text: re.sub("%..", lambda match: match[0].lower(), quote(text, safe="")),
    "html": html.escape,
    "hex": lambda text: text.encode().hex(),
    "hex, upper case": lambda text: text.encode().hex().upper(),
}


def _base64(secret: str) -> Iterator[tuple[str, str]]:
    """What base64 of any longer text holds of the secret, for each of the three places where it can begin."""
    for before in range(3):
        for variant, encode in (("", base64.b64encode), (", url-safe", base64.urlsafe_b64encode)):
            digits = encode(b"\0" * before + secret.encode() + b"\0\0").decode()
            first, last = -(-before * 8 // 6), (before + len(secret.encode())) * 8 // 6
            yield f"base64 at {before}{variant}", digits[first:last]


def encoded(secret: str) -> dict[str, str]:
    """Name of an encoding -> the text to look for."""
    return {name: encode(secret) for name, encode in ENCODINGS.items()} | dict(_base64(secret))


def leaks(text: str, secrets: Iterable[str]) -> set[str]:
    """Which of `secrets`, by number, are in `text`, and in which encoding: whole, or FRAGMENT characters of it."""
    sought: dict[str, str] = {}
    for number, secret in enumerate(secrets):
        for name, form in encoded(secret).items():
            for at in range(len(form) - FRAGMENT + 1):
                sought.setdefault(form[at : at + FRAGMENT], f"secret {number}, {name}")
    pieces = {text[at : at + FRAGMENT] for at in range(len(text) - FRAGMENT + 1)}
    return {f"{sought[piece]}: {piece}" for piece in pieces & sought.keys()}
