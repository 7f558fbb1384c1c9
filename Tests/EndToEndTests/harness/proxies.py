"""Fixtures of tests of what is passed on: a gateway, and an upstream that answers as they say."""

from collections.abc import Iterator
from typing import Any

import pytest

from .certificates import Authority
from .configuration import Configuration
from .gateway import Gateway
from .schemes import configuration_of, with_trust
from .tokens import Issuer
from .upstream import Upstream, echo


@pytest.fixture(scope="module")
def passed_through(authority: Authority, issuer: Issuer, tmp_path_factory) -> Iterator[Any]:
    """Starts, once a file, a gateway and its upstream for each way to speak with either."""
    started: dict[tuple[str, str], tuple[Gateway, Upstream]] = {}

    def get(scheme: str, upstream_scheme: str, overrides: Configuration):
        pair = started.get((scheme, upstream_scheme))
        if pair is None or not pair[0].is_alive:
            is_tls = upstream_scheme == "https"
            upstream = Upstream(authority.server_context() if is_tls else None)
            configuration = configuration_of(scheme, upstream.url, authority, overrides)
            if is_tls:
                configuration["upstream"]["ca_file"] = str(authority.ca_file)
            directory = tmp_path_factory.mktemp("gateway")
            gateway = with_trust(Gateway(configuration, directory, issuer), authority)
            pair = started[scheme, upstream_scheme] = (gateway, upstream)
        return pair

    yield get
    for gateway, upstream in started.values():
        gateway.stop()
        upstream.stop()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """An upstream of the test's own, which echoes."""
    upstream = Upstream()
    yield upstream
    upstream.stop()
    assert upstream.failures == []


@pytest.fixture(params=["http", "https"])
def upstream_scheme(request) -> str:
    return request.param


@pytest.fixture
def proxy(passed_through, scheme: str, request) -> Iterator[tuple[Gateway, Upstream]]:
    """A gateway, plain and with TLS, and the upstream behind it, which echoes."""
    overrides = getattr(request.module, "CONFIGURATION", {})
    yield from _on_its_best_behaviour(*passed_through(scheme, "http", overrides))


@pytest.fixture
def any_proxy(
    passed_through, scheme: str, upstream_scheme: str, request
) -> Iterator[tuple[Gateway, Upstream]]:
    """The same with an upstream that is plain, and one with TLS."""
    overrides = getattr(request.module, "CONFIGURATION", {})
    yield from _on_its_best_behaviour(*passed_through(scheme, upstream_scheme, overrides))


def _on_its_best_behaviour(gateway: Gateway, upstream: Upstream):
    upstream.answer = echo
    upstream.forget()
    yield gateway, upstream
    assert upstream.failures == []
    if not gateway.is_alive:
        pytest.fail(f"the gateway ended with exit code {gateway.wait()}:\n{gateway.log.text}")
