"""A certificate authority of the tests' own, and what it signs."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

_LIFETIME = datetime.timedelta(days=7)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: str, issuer: str, key, lifetime: datetime.timedelta = _LIFETIME
) -> x509.CertificateBuilder:
    now = datetime.datetime.utcnow()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFETIME)
        .not_valid_after(now + lifetime)
    )


def private_pem(key) -> bytes:
    """A private key as unencrypted PKCS #8."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


class Authority:
    """A self-signed authority with one certificate for 127.0.0.1, ::1 and localhost, whose key is
    "ec" or "rsa"."""

    def __init__(
        self,
        directory: Path,
        name: str = "the tests' authority",
        key: str = "ec",
        lifetime: datetime.timedelta = _LIFETIME,
    ) -> None:
        """The server's certificate is good for `lifetime` from now on."""
        directory.mkdir(parents=True, exist_ok=True)
        self.ca_file = directory / "ca.pem"
        self.certificate_file = directory / "certificate.pem"
        self.key_file = directory / "key.pem"
        self._name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        authority = self._sign_authority(name, self._key, path_length=1)
        self.ca_file.write_bytes(_pem(authority))
        server_key = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if key == "rsa"
            else ec.generate_private_key(ec.SECP256R1())
        )
        self.certificate_file.write_bytes(
            _pem(self._sign_server(name, self._key, server_key, lifetime))
        )
        self.key_file.write_bytes(private_pem(server_key))

    def _sign_authority(
        self, subject: str, key: ec.EllipticCurvePrivateKey, path_length: int
    ) -> x509.Certificate:
        return (
            _builder(subject, self._name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @staticmethod
    def _sign_server(
        issuer: str, issuer_key, key, lifetime: datetime.timedelta = _LIFETIME
    ) -> x509.Certificate:
        addresses = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), *(x509.IPAddress(address) for address in addresses)]
        )
        return (
            _builder("localhost", issuer, key.public_key(), lifetime)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(names, critical=False)
            .sign(issuer_key, hashes.SHA256())
        )

    def issue_through_another(self, directory: Path, key) -> dict[str, Path]:
        """A certificate for `key`, signed by an authority that this one has signed, as it is with
        every public authority; and what a listener is told of it."""
        directory.mkdir(parents=True, exist_ok=True)
        between_key = ec.generate_private_key(ec.SECP256R1())
        between = self._sign_authority("in between", between_key, path_length=0)
        certificate = self._sign_server("in between", between_key, key)
        files = {
            "certificate_file": directory / "chain.pem",
            "private_key_file": directory / "chain-key.pem",
        }
        files["certificate_file"].write_bytes(_pem(certificate) + _pem(between))
        files["private_key_file"].write_bytes(private_pem(key))
        return files

    def client_context(
        self,
        minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
        maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    ) -> ssl.SSLContext:
        """A client's settings that trust this authority alone."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        context.minimum_version = minimum
        context.maximum_version = maximum
        return context

    def server_context(self) -> ssl.SSLContext:
        """A server's settings with this authority's certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate_file, self.key_file)
        return context
