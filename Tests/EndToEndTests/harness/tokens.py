"""JSON Web Tokens for the tests: right ones, and whatever wrong ones a test puts together."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Claims = dict[str, Any]
Sign = Callable[[bytes], bytes]

_HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
_CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1}
_CURVE_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384"}


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(user: str | None, lifetime: float = 3600, **others: Any) -> Claims:
    """What a good token says. A claim given as None is left out."""
    now = int(time.time())
    every = {"sub": user, "iat": now, "exp": now + int(lifetime), **others}
    return {name: value for name, value in every.items() if value is not None}


def encode(header: Claims, payload: Claims | str, sign: Sign) -> str:
    """The compact form. A payload given as text goes in as it is."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    signed = base64url(json.dumps(header).encode()) + "." + base64url(text.encode())
    return signed + "." + base64url(sign(signed.encode()))


def hmac_sign(secret: bytes, algorithm: str) -> Sign:
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    return lambda message: hmac.new(secret, message, digest).digest()


def key_sign(key: Any, algorithm: str) -> Sign:
    """A signature of RFC 7518 or RFC 8037 by a private key that fits the algorithm."""
    if algorithm == "EdDSA":
        return key.sign
    digest = _HASHES[algorithm[2:]]()
    if algorithm.startswith("RS"):
        return lambda message: key.sign(message, padding.PKCS1v15(), digest)
    if algorithm.startswith("PS"):
        salted = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return lambda message: key.sign(message, salted, digest)
    size = (key.curve.key_size + 7) // 8

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def generate_key(algorithm: str) -> Any:
    """A new private key for one of the RS, PS, ES and EdDSA algorithms."""
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm]())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key: Any) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def jwk(key: Any, kid: str) -> Claims:
    """The public half of `key` as RFC 7517 writes it."""
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64url(raw)}
    numbers = public.public_numbers()
    if isinstance(public, rsa.RSAPublicKey):
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        exponent = numbers.e.to_bytes(3, "big")
        return {"kty": "RSA", "kid": kid, "n": base64url(modulus), "e": base64url(exponent)}
    size = (public.curve.key_size + 7) // 8
    x, y = (base64url(number.to_bytes(size, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": _CURVE_NAMES[public.curve.name], "kid": kid, "x": x, "y": y}


class Issuer:
    """A login service: one key, one algorithm, and the tokens that it gives out."""

    def __init__(
        self,
        algorithm: str = "HS256",
        secret: bytes = hashlib.sha256(b"the tests' secret").hexdigest().encode(),
        key: Any = None,
        kid: str | None = None,
    ) -> None:
        """Without a `key`, the algorithms that need one get a new one."""
        self.algorithm = algorithm
        self.kid = kid
        self.secret = secret
        is_symmetric = algorithm.startswith("HS")
        self.key = None if is_symmetric else key or generate_key(algorithm)
        self._sign = (
            key_sign(self.key, algorithm)
            if self.key is not None
            else hmac_sign(self.secret, algorithm)
        )

    @property
    def header(self) -> Claims:
        header = {"alg": self.algorithm, "typ": "JWT"}
        return {**header, "kid": self.kid} if self.kid else header

    def sign(self, payload: Claims | str, **header: Any) -> str:
        """A token that says exactly `payload`, with more or other header members."""
        return encode({**self.header, **header}, payload, self._sign)

    def token(self, user: str | None, lifetime: float = 3600, **others: Any) -> str:
        return self.sign(claims(user, lifetime, **others))


def jwks(keys: dict[str, Any]) -> str:
    """A JWKS of the public halves of `keys`, by their key IDs."""
    return json.dumps({"keys": [jwk(key, kid) for kid, key in keys.items()]})


def write_jwks(path: Path, keys: dict[str, Any]) -> None:
    path.write_text(jwks(keys))
