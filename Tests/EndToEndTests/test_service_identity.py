"""CONFIGURATION.md, `upstream.identity: service`: whose name the notes API is told."""

import pytest


@pytest.fixture
def service_gateway(start_gateway, tmp_path):
    """A gateway with a token of its own, which the API's usual routes know nothing of."""
    token_file = tmp_path / "upstream-token"
    token_file.write_text("the-gateways-own\n")
    service = {"token_file": token_file, "user_header": "X-Notes-User"}
    return start_gateway({"upstream": {"identity": "service", "service": service}})


def identity(request):
    """The token and the user of a request, as text."""
    user = request.header("X-Notes-User")
    return request.header("Authorization"), user and user.encode("latin-1").decode()


@pytest.mark.parametrize("kind", ["user", "Zoë 🙂", "50%"])
def test_the_api_is_asked_with_the_gateways_token_for_the_user(
    api, service_gateway, device_of, note, new_name, kind
):
    user = new_name(kind)
    answer = {"is_applied": False, "status": 200, "body": b'{"title":"x"}'}
    for method in ("GET", "PUT", "DELETE"):
        api.misbehave(method, note, **answer)
    device = device_of(service_gateway, user, note)
    device.update(note, title="x")
    device.request("note_deleted", "note_deleted_success", noteId=note)
    requests = api.requests(note=note)
    assert [request.method for request in requests] == ["GET", "PUT", "DELETE"]
    assert {identity(request) for request in requests} == {("Bearer the-gateways-own", user)}


def test_a_401_to_the_gateways_token_is_not_the_clients_to_mend(
    api, service_gateway, device_of, user, note
):
    device = device_of(service_gateway, user)
    for method, type, fields in (
        ("GET", "join_note", {}), ("PUT", "note_update", {"changes": {"title": "x"}}),
    ):
        api.misbehave(method, note, is_applied=False, status=401, body=b"{}")
        error = device.refused(type, "upstream_rejected", noteId=note, **fields)
        assert error["status"] == 401
    device.expect_nothing()


def test_the_clients_own_token_is_sent_without_the_users_name(api, device, user, note):
    writer = device(user, note)
    (request,) = api.requests("GET", note)
    assert request.header("Authorization") == f"Bearer {writer.token}"
    assert request.header("X-User-Id") is None
