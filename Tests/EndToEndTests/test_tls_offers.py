"""TLS: what is taken of a client's offer, whatever it offers; and whose certificate it is shown."""

import re
import ssl
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness import http, tls_offer
from harness.timing import wait_until
from harness.tls_offer import (
    CIPHERS,
    SSL_3_0,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    TLS_1_3,
    Alert,
    Choice,
    Offer,
)

ECDSA_AES_128, ECDSA_AES_256, ECDSA_CHACHA20 = 0xC02B, 0xC02C, 0xCCA9
RSA_AES_128, RSA_AES_256, RSA_CHACHA20 = 0xC02F, 0xC030, 0xCCA8


@pytest.fixture(params=["wss"])
def scheme(request) -> str:
    return request.param


@pytest.fixture
def rsa_gateway(start_gateway, authority, tmp_path):
    """A gateway with an RSA certificate that is not its authority's own work."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return start_gateway(listener={"tls": authority.issue_through_another(tmp_path / "rsa", key)})


def choice(endpoint, offer: Offer) -> Choice:
    answer = tls_offer.answer(endpoint, offer)
    assert isinstance(answer, Choice), f"alert {answer}"
    return answer


def ciphers_of(endpoint) -> list[int]:
    """All that are taken, the best liked first, by leaving out each that was."""
    taken: list[int] = []
    while True:
        rest = tuple(cipher for cipher in CIPHERS if cipher not in taken)
        answer = tls_offer.answer(endpoint, Offer(ciphers=rest))
        if answer == Alert.HANDSHAKE_FAILURE:
            return taken
        taken.append(answer.cipher)


@pytest.mark.parametrize("version", [SSL_3_0, TLS_1_0, TLS_1_1])
def test_what_is_older_than_1_2_is_refused(gateway, version):
    # SSL 3.0 has no alert that says so.
    alert = Alert.HANDSHAKE_FAILURE if version == SSL_3_0 else Alert.PROTOCOL_VERSION
    assert tls_offer.answer(gateway.endpoint, Offer(version)) == alert


def test_a_minimum_of_1_3_takes_nothing_older(start_gateway):
    gateway = start_gateway(listener={"tls": {"minimum_version": "1.3"}})
    assert tls_offer.answer(gateway.endpoint, Offer(TLS_1_2)) == Alert.PROTOCOL_VERSION
    assert choice(gateway.endpoint, Offer(TLS_1_3)).version == TLS_1_3


def test_with_1_2_only_ephemeral_keys_and_authenticated_encryption_are_taken(gateway, rsa_gateway):
    ecdsa = {ECDSA_AES_128, ECDSA_AES_256, ECDSA_CHACHA20}
    assert set(ciphers_of(gateway.endpoint)) == ecdsa
    assert set(ciphers_of(rsa_gateway.endpoint)) == {RSA_AES_128, RSA_AES_256, RSA_CHACHA20}


def test_a_client_that_likes_chacha20_best_gets_it(gateway):
    """It has no hardware for AES."""
    offer = Offer(ciphers=(ECDSA_CHACHA20, ECDSA_AES_256))
    assert choice(gateway.endpoint, offer).cipher == ECDSA_CHACHA20
    offer = Offer(ciphers=(ECDSA_AES_128, ECDSA_CHACHA20, ECDSA_AES_256))
    assert choice(gateway.endpoint, offer).cipher == ECDSA_AES_256


def test_nothing_is_compressed(gateway):
    assert choice(gateway.endpoint, Offer(compressions=b"\1\0")).compression == 0


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_a_client_that_only_speaks_other_protocols_is_told(gateway, version):
    """RFC 7301, 3.2: the server SHALL respond with a fatal no_application_protocol alert."""
    answer = tls_offer.answer(gateway.endpoint, Offer(version, protocols=(b"h2", b"h3")))
    assert answer == Alert.NO_APPLICATION_PROTOCOL


@pytest.mark.parametrize("protocols", [(b"http/1.1",), (b"h2", b"http/1.1"), (b"x", b"http/1.1")])
def test_http_1_1_is_found_among_what_a_client_speaks(gateway, protocols):
    assert choice(gateway.endpoint, Offer(protocols=protocols)).protocol == b"http/1.1"


def test_a_client_that_does_not_say_what_it_speaks_is_served(gateway):
    assert choice(gateway.endpoint, Offer()).protocol == b""


def test_all_certificates_of_the_file_are_sent(rsa_gateway, authority):
    sent = [
        x509.load_der_x509_certificate(data)
        for data in choice(rsa_gateway.endpoint, Offer()).certificates
    ]
    assert [certificate.issuer for certificate in sent[:1]] == [sent[1].subject]
    assert len(sent) == 2
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        # It knows the root alone, and would not trust the first without the second.
        context = authority.client_context(version, version)
        rsa_gateway.endpoint.with_tls(context).connect().close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_each_listener_shows_its_own_certificate_by_any_name(
    start_gateway, authority, tmp_path, version
):
    listeners = []
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    for number, key in enumerate(keys):
        tls = authority.issue_through_another(tmp_path / str(number), key)
        listeners.append({"address": "127.0.0.1", "port": 0, "tls": tls})
    gateway = start_gateway({"listen": listeners})
    ports = [int(port) for port in re.findall(r"\bport=(\d+)", gateway.log.text)]
    context = authority.client_context(version, version)
    context.check_hostname = False
    for port, key in zip(ports, keys, strict=True):
        endpoint = replace(gateway.endpoint, port=port)
        for name in (None, "localhost", "127.0.0.1", "front 0", "front 1", "other.example"):
            plain = endpoint.connect_plain()
            with context.wrap_socket(plain, server_hostname=name) as client:
                shown = x509.load_der_x509_certificate(client.getpeercert(binary_form=True))
                assert shown.public_key().public_numbers() == key.public_key().public_numbers()


def test_an_offer_that_was_refused_leaves_nothing_behind(gateway):
    before = gateway.open_file_count
    for _ in range(20):
        with http.ByteStream(gateway.endpoint.connect_plain()) as stream:
            assert tls_offer.make(stream, Offer(TLS_1_0)) == Alert.PROTOCOL_VERSION
            assert stream.read_to_end() == b""
    wait_until(lambda: gateway.open_file_count <= before, what="the closing of descriptors")
