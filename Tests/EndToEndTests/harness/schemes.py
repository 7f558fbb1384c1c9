"""Gateways that speak `ws`, and gateways that speak `wss` with a certificate of the tests' own."""

from .certificates import Authority
from .configuration import Configuration, base, merged
from .gateway import Gateway


def configuration_of(
    scheme: str, url: str, authority: Authority, *overrides: Configuration
) -> Configuration:
    """The usual configuration, with `overrides` laid over it."""
    configuration = base(url)
    if scheme == "wss":
        configuration["listen"][0]["tls"] = {
            "certificate_file": authority.certificate_file,
            "private_key_file": authority.key_file,
        }
    for override in overrides:
        configuration = merged(configuration, override)
    return configuration


def with_trust(gateway: Gateway, authority: Authority) -> Gateway:
    """Has clients of `gateway` believe in its certificate."""
    if "tls" in gateway.configuration["listen"][0]:
        gateway.endpoint = gateway.endpoint.with_tls(authority.client_context())
    return gateway
