"""A certificate that nobody vouches for, for the exchange on https."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFE = timedelta(days=1)


@dataclass(frozen=True)
class SelfSigned:
    """`server_context` for the server; `certificate_pem` is what a client would have to trust."""

    server_context: ssl.SSLContext
    certificate_pem: bytes


def self_signed(host: str = "127.0.0.1") -> SelfSigned:
    """A fresh key and a certificate for `host`, an address, valid from an hour ago for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated exchange")])
    born = datetime.now(timezone.utc) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(born)
        .not_valid_after(born + LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_pem = certificate.public_bytes(serialization.Encoding.PEM)
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The ssl module reads a chain from a file only.
    with tempfile.NamedTemporaryFile(suffix=".pem") as chain:
        chain.write(key_pem + certificate_pem)
        chain.flush()
        context.load_cert_chain(chain.name)
    return SelfSigned(context, certificate_pem)
