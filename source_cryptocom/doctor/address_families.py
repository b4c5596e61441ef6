"""By which kinds of address this machine reaches the exchange: a whitelist that lacks one refuses it at times."""

import socket
from urllib.parse import urlsplit

FAMILIES = {"IPv6": socket.AF_INET6, "IPv4": socket.AF_INET}


def families_in_use(base_url: str) -> list[str]:
    """The families that the exchange's host has and this machine has a route for. No packet is sent."""
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return [name for name, family in FAMILIES.items() if _is_reachable(parts.hostname or "", port, family)]


def _is_reachable(host: str, port: int, family: socket.AddressFamily) -> bool:
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_DGRAM)
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(found[0][4])
    except OSError:
        return False
    return True
