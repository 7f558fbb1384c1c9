"""Tokens of the three algorithms, and the key files that the gateway reads for them."""

import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .bench import ROOT

sys.path.insert(0, str(ROOT / "Tests" / "EndToEndTests"))

from harness.tokens import encode, hmac_sign, key_sign  # noqa: E402

SECRET = b"a secret of the benchmarks' own, with 32 bytes and more"


class Signer:
    """Signs tokens by one algorithm; `write_key` leaves what verifies them."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        if algorithm == "RS256":
            self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        elif algorithm == "ES256":
            self._key = ec.generate_private_key(ec.SECP256R1())
        else:
            self._key = None
        self._sign = key_sign(self._key, algorithm) if self._key else hmac_sign(SECRET, "HS256")

    def token(self, user: str) -> str:
        claims = {"sub": user, "exp": int(time.time()) + 86400}
        return encode({"alg": self.algorithm, "typ": "JWT"}, claims, self._sign)

    def write_key(self, path: Path) -> dict[str, str]:
        """The member of `authentication.keys` that names the file."""
        if self._key is None:
            path.write_bytes(SECRET)
            return {"hmac_secret_file": str(path)}
        path.write_bytes(self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ))
        return {"public_key_file": str(path)}
