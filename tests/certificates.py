"""A certificate authority of a test, and a certificate that it signs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Files(NamedTuple):
    """What a trainer has: the authority's certificate for laptops, and the class's with its key."""

    authority: Path
    certificate: Path
    key: Path


def signed(folder: Path, host: str) -> Files:
    """Write an authority, and a certificate for a host and for all names below it."""
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in "12")
    authority = (
        _of("An authority of a school", "An authority of a school", ours)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ours, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName(host), x509.DNSName(f"*.{host}")])
    leaf = (
        _of(host, "An authority of a school", theirs)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .sign(ours, hashes.SHA256())
    )
    found = Files(*(folder / name for name in ("authority.pem", "class.pem", "class.key")))
    for file, one in ((found.authority, authority), (found.certificate, leaf)):
        file.write_bytes(one.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        theirs.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    found.key.chmod(0o600)
    return found


def _of(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=2))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
