"""The exchange's own reading of a signature: HMAC-SHA256 by its definition, over pieces taken from a stack.

Deliberately shares nothing with the connector, so that a mistake cannot be made twice in the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

_BLOCK = 64


class NumberText(str):
    """A JSON number that keeps its digits and can be told from a JSON string."""

    __slots__ = ()


class Verifier:
    """Computes the signature that a holder of the secret would have sent."""

    def __init__(self, secret: str) -> None:
        key = secret.encode()
        key = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def signature(self, method: str, id_text: str, api_key: str, params: object, nonce_text: str) -> str:
        """Lower-case hex signature of a request whose numbers were parsed as NumberText."""
        inner, outer = self._inner.copy(), self._outer.copy()
        for piece in (method, id_text, api_key, *pieces(params), nonce_text):
            inner.update(piece.encode())
        outer.update(inner.digest())
        return outer.hexdigest()


def pieces(params: object) -> Iterator[str]:
    """The parts of the signing text that stand for `params`, in order."""
    stack = [params]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            for name in sorted(node, reverse=True):
                stack += (node[name], name)
        elif isinstance(node, list):
            stack += reversed(node)
        elif isinstance(node, bool):
            yield "true" if node else "false"
        else:
            yield "null" if node is None else str(node)
