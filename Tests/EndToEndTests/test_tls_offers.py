"""TLS: what is taken of a client's offer, whatever it offers; and whose certificate it is shown."""

import re
import ssl
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness import http, tls_offer
from harness.configuration import SECRET_FILE, base, yaml
from harness.gateway import run
from harness.timing import wait_until
from harness.tls_offer import (
    CIPHERS,
    GROUPS_1_2,
    GROUPS_1_3,
    P_256,
    P_384,
    SSL_3_0,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    TLS_1_3,
    X25519,
    Alert,
    Choice,
    Offer,
)

ECDSA_AES_128, ECDSA_AES_256, ECDSA_CHACHA20 = 0xC02B, 0xC02C, 0xCCA9
RSA_AES_128, RSA_AES_256, RSA_CHACHA20 = 0xC02F, 0xC030, 0xCCA8

WEAK_SETTINGS = """
openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = weak
[weak]
CipherString = ALL:@SECLEVEL=0
MinProtocol = TLSv1
MaxProtocol = TLSv1.2
Groups = ffdhe2048:P-521
"""


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


def groups_of(endpoint, version: int, among: tuple[int, ...]) -> list[int]:
    taken: list[int] = []
    while True:
        rest = tuple(group for group in among if group not in taken)
        answer = tls_offer.answer(endpoint, Offer(version, groups=rest))
        if answer == Alert.HANDSHAKE_FAILURE:
            return taken
        taken.append(answer.group)


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


@pytest.mark.parametrize(("version", "among"), [(TLS_1_2, GROUPS_1_2), (TLS_1_3, GROUPS_1_3)])
def test_keys_are_exchanged_over_three_curves_and_no_costly_group(rsa_gateway, version, among):
    # An ECDSA certificate is for clients that know its own curve.
    assert groups_of(rsa_gateway.endpoint, version, among) == [X25519, P_256, P_384]


def test_a_signature_by_sha_1_is_not_made(gateway, rsa_gateway):
    for endpoint in (gateway.endpoint, rsa_gateway.endpoint):
        offer = Offer(signatures=(0x0201, 0x0203))
        assert tls_offer.answer(endpoint, offer) == Alert.HANDSHAKE_FAILURE


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
    gateway.log.wait_for(re.compile(r"\bready\b"))
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


@pytest.mark.parametrize("settings", ["", WEAK_SETTINGS], ids=["usual", "weak"])
def test_a_key_that_is_too_short_is_no_good(authority, issuer, tmp_path, settings):
    """112 bits of security at least, whatever the machine's settings of OpenSSL allow."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    tls = authority.issue_through_another(tmp_path, key)
    configuration = base("http://127.0.0.1:1")
    configuration["listen"][0]["tls"] = tls
    (tmp_path / SECRET_FILE).write_bytes(issuer.secret)
    file, machine = tmp_path / "notes-gateway.yaml", tmp_path / "openssl.cnf"
    file.write_text(yaml(configuration))
    machine.write_text(settings)
    result = run("check", "--config", file, OPENSSL_CONF=str(machine))
    assert result.returncode == 1
    assert "ee key too small" in result.stdout + result.stderr


def test_what_is_taken_does_not_hang_on_the_machine(start_gateway, tmp_path):
    machine = tmp_path / "openssl.cnf"
    machine.write_text(WEAK_SETTINGS)
    endpoint = start_gateway(environment={"OPENSSL_CONF": str(machine)}).endpoint
    assert tls_offer.answer(endpoint, Offer(TLS_1_1)) == Alert.PROTOCOL_VERSION
    assert choice(endpoint, Offer(TLS_1_2)).cipher == ECDSA_AES_256
    assert groups_of(endpoint, TLS_1_3, GROUPS_1_3) == [X25519, P_256, P_384]


def test_an_offer_that_was_refused_leaves_nothing_behind(gateway):
    before = gateway.open_file_count
    for _ in range(20):
        with http.ByteStream(gateway.endpoint.connect_plain()) as stream:
            assert tls_offer.make(stream, Offer(TLS_1_0)) == Alert.PROTOCOL_VERSION
            assert stream.read_to_end() == b""
    wait_until(lambda: gateway.open_file_count <= before, what="the closing of descriptors")
