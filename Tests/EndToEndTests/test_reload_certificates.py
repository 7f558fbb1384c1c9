"""OPERATIONS.md, "Reload": certificates that change while the gateway runs."""

import os
import re
import signal
import ssl

import pytest

from harness.certificates import Authority
from harness.configuration import merged, yaml
from harness.fleet import Fleet
from harness.key_server import KeyServer, wait_for_log
from harness.reload import count, reload
from harness.timing import wait_until
from harness.tokens import Issuer


def serial_number(gateway) -> str:
    """Which certificate a new connection is shown, whoever signed it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with gateway.endpoint.with_tls(context).connect() as connected:
        certificate = connected.getpeercert(binary_form=True)
    return ssl.DER_cert_to_PEM_cert(certificate)


def certificate(authority: Authority) -> str:
    return authority.certificate_file.read_text()


@pytest.fixture
def own_authority(tmp_path) -> Authority:
    """A copy of a certificate that a test may replace."""
    return Authority(tmp_path / "own")


def tls(authority: Authority) -> dict:
    return {
        "tls": {
            "certificate_file": authority.certificate_file,
            "private_key_file": authority.key_file,
        }
    }


def put(source: Authority, target: Authority) -> None:
    target.certificate_file.write_bytes(source.certificate_file.read_bytes())
    target.key_file.write_bytes(source.key_file.read_bytes())


@pytest.mark.parametrize("scheme", ["wss"])
def test_a_certificate_of_other_files_is_shown_to_new_connections(
    start_gateway, device_of, user, note, own_authority, authority
):
    gateway = start_gateway()
    device = device_of(gateway, user, note)
    reload(gateway, {}, tls(own_authority))
    assert serial_number(gateway) == certificate(own_authority)
    device.update(note, number=1)
    gateway.endpoint = gateway.endpoint.with_tls(own_authority.client_context())
    device_of(gateway, user, note).update(note, number=2)
    device.expect("note_sync")


@pytest.mark.parametrize("scheme", ["wss"])
def test_a_certificate_of_another_kind_of_key_is_shown_to_everybody(
    start_gateway, own_authority, tmp_path
):
    gateway = start_gateway(listener=tls(own_authority))
    other = Authority(tmp_path / "rsa", key="rsa")
    reload(gateway, {}, tls(other))
    for ciphers in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
        try:
            with gateway.endpoint.with_tls(context).connect() as connected:
                shown = ssl.DER_cert_to_PEM_cert(connected.getpeercert(binary_form=True))
        except ssl.SSLError:
            shown = None
        assert shown == (certificate(other) if "-RSA-" in ciphers else None)


@pytest.mark.parametrize("scheme", ["wss"])
def test_a_pair_that_does_not_fit_is_refused_with_its_place(
    start_gateway, own_authority, authority
):
    gateway = start_gateway()
    mixed = {
        "tls": {
            "certificate_file": own_authority.certificate_file,
            "private_key_file": authority.key_file,
        }
    }
    configuration = merged(gateway.configuration, {})
    configuration["listen"][0] = merged(configuration["listen"][0], mixed)
    gateway.file.write_text(yaml(configuration))
    gateway.signal(signal.SIGHUP)
    line = wait_for_log(gateway, "ERROR the new configuration is wrong")
    key = r"listen\[0\]\.tls\.private_key_file"
    assert re.search(rf"notes-gateway\.yaml:\d+:\d+: {key}: .* is not the key of", line), line
    assert serial_number(gateway) == certificate(authority)


@pytest.mark.parametrize("scheme", ["wss"])
def test_files_that_change_are_read_again_and_a_half_written_pair_is_waited_for(
    start_gateway, device_of, user, own_authority, tmp_path
):
    gateway = start_gateway(listener=tls(own_authority))
    gateway.endpoint = gateway.endpoint.with_tls(own_authority.client_context())
    device = device_of(gateway, user)
    before = certificate(own_authority)
    new = Authority(tmp_path / "new")
    own_authority.certificate_file.write_bytes(new.certificate_file.read_bytes())
    wait_for_log(gateway, "WARNING a certificate has changed and can't be used.*is not the key of")
    assert serial_number(gateway) == before
    os.replace(new.key_file, own_authority.key_file)
    wait_until(
        lambda: serial_number(gateway) == certificate(new), within=10, what="the new certificate"
    )
    assert count(gateway, "WARNING a certificate has changed") == 1
    assert device.answer("ping")["type"] == "pong"


@pytest.mark.parametrize("scheme", ["wss"])
def test_nobody_is_dropped_and_no_write_lost_or_repeated(
    start_gateway, api, device_of, stranger, new_name, own_authority, tmp_path
):
    issuer = Issuer("ES256", kid="first")
    server = KeyServer(issuer)
    authentication = {
        "keys": {"jwks_url": server.url, "hmac_secret_file": None},
        "algorithms": ["ES256"],
    }
    gateway = start_gateway(
        {
            "authentication": authentication,
            "limits": {"connections_per_user": 1000},
            "workers": 3,
        },
        tls(own_authority),
        its_issuer=issuer,
    )
    gateway.endpoint = gateway.endpoint.with_tls(own_authority.client_context())
    fleet = Fleet(gateway, api, device_of, new_name, device_count=200)
    fleet.start_writing(pause=1 / 20)
    fleet.wait_for_writes(10)
    for number in range(3):
        new = Authority(tmp_path / f"new-{number}")
        put(new, own_authority)
        issuer = Issuer("ES256", kid=f"kid-{number}")
        server.publish(issuer)
        reload(gateway, {"limits": {"rooms_per_connection": 50 + number}})
        assert serial_number(gateway) == certificate(new)
        wait_until(
            lambda: count(gateway, "INFO the keys have changed") == number + 1, what="the new keys"
        )
        gateway.endpoint = gateway.endpoint.with_tls(new.client_context())
        stranger(gateway).authenticate(issuer.token(fleet.user))
        fleet.wait_for_writes(10)
    fleet.finish()
    fleet.assert_done_is_answered()
    fleet.assert_nothing_was_missed()
    gateway.assert_healthy()
    server.stop()
