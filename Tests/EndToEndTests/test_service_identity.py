"""CONFIGURATION.md, `upstream.identity: service`: the API is asked by a service, for a user."""

import pytest

from harness.configuration import base, yaml
from harness.gateway import run
from harness.renewal import renew, run_out
from harness.writes import TYPES, write_by_turns

SERVICE_TOKEN = "the-service.token_of~the+gateway/1="


@pytest.fixture(autouse=True)
def service(api):
    """The API serves nobody but the service."""
    api.service_token, api.user_header = SERVICE_TOKEN, "X-User-Id"
    yield
    api.service_token = None


@pytest.fixture
def configured(tmp_path):
    """The configuration of a gateway that bears `content` of a token file."""

    def configuration(content: str = SERVICE_TOKEN, **service) -> dict:
        (tmp_path / "service-token").write_text(content)
        service = {"token_file": tmp_path / "service-token", **service}
        return {"upstream": {"identity": "service", "service": service}}

    return configuration


@pytest.fixture
def gateway(start_gateway, configured):
    return start_gateway(configured())


def assert_asked_by_the_service(api, user: str, name: str, client_token: str) -> None:
    """Every request about `name` was the service's, for `user`, with nothing of the client's."""
    requests = api.requests(note=name)
    assert requests
    for request in requests:
        assert request.bearer == SERVICE_TOKEN
        assert request.header("X-User-Id") == user
        sent = f"{request.target} {request.headers} {request.body!r}"
        assert not any(part in sent for part in client_token.split("."))


@pytest.mark.parametrize("type", TYPES)
def test_writes_are_made_with_the_services_token_and_the_users_name(
    gateway, api, device, user, write, type
):
    writer, other, sent = device(user), device(user), write(type)
    if type == "note_update":
        other.join(sent.name)
    writer.request(type, sent.success, **sent.fields)
    assert other.receive()["fromUserId"] == user
    assert_asked_by_the_service(api, user, sent.name, writer.token)


def test_joins_are_asked_with_the_services_token_and_the_users_name(
    gateway, api, device, user, note, new_name
):
    owner, intruder = device(user, note), device(new_name("user"))
    assert_asked_by_the_service(api, user, note, owner.token)
    intruder.refused("join_note", "not_found", noteId=note)
    assert api.requests(note=note)[-1].header("X-User-Id") == intruder.user


@pytest.mark.parametrize("kind", ["Zoë 🙂", "50%", "auth0|7"])
def test_the_users_name_is_sent_in_the_bytes_of_its_claim(gateway, api, device, new_name, kind):
    user = new_name(kind)
    # A header field is read as Latin-1, and so is whose note it is.
    sent = user.encode().decode("latin-1")
    note = api.add(new_name("note"), sent)
    device(user, note).update(note, title="x")
    assert {request.header("X-User-Id") for request in api.requests(note=note)} == {sent}


def test_a_name_that_a_header_field_would_change_is_no_users(gateway, stranger, issuer, new_name):
    device = stranger(gateway)
    for name in (" ", f" {new_name('user')}", f"{new_name('user')} "):
        device.request("auth", "auth_failed", token=issuer.token(name))


def test_a_look_at_a_folder_is_asked_with_the_services_token(gateway, api, device, user, folder):
    writer = device(user)
    writer.request(
        "folder_updated", "folder_updated_success",
        folderId=folder, changes={}, updatedFolder={"id": folder},
    )
    assert_asked_by_the_service(api, user, folder, writer.token)


def test_two_users_write_each_in_their_own_name(gateway, api, two_writers, note):
    write_by_turns(*two_writers, note)
    names = [request.header("X-User-Id") for request in api.requests("PUT", note)]
    assert names == [writer.user for writer in two_writers]
    assert {request.bearer for request in api.requests(note=note)} == {SERVICE_TOKEN}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_end_after_the_token_is_not_part_of_it(
    start_gateway, configured, api, device_of, user, note, end
):
    writer = device_of(start_gateway(configured(SERVICE_TOKEN + end)), user)
    writer.update(note, title="x")
    assert_asked_by_the_service(api, user, note, writer.token)


def test_the_header_can_have_another_name(start_gateway, configured, api, device_of, user, note):
    api.user_header = "Notes-On-Behalf-Of"
    writer = device_of(start_gateway(configured(user_header="Notes-On-Behalf-Of")), user, note)
    writer.update(note, title="x")
    for request in api.requests(note=note):
        assert request.header("Notes-On-Behalf-Of") == user
        assert request.header("X-User-Id") is None


def test_with_bearer_identity_there_is_no_such_header(
    start_gateway, configured, api, device_of, user, note
):
    api.service_token = None
    configuration = configured()
    configuration["upstream"]["identity"] = "bearer"
    writer = device_of(start_gateway(configuration), user, note)
    writer.update(note, title="x")
    for request in api.requests(note=note):
        assert request.bearer == writer.token and request.header("X-User-Id") is None


@pytest.mark.parametrize("type", TYPES)
def test_a_401_is_not_the_users_expiry(gateway, api, device, user, write, type):
    writer, refused = device(user), write(type)
    api.misbehave(refused.methods[-1], refused.name, status=401, is_applied=False)
    answer = writer.refused(type, "upstream_rejected", **refused.fields)
    assert answer["status"] == 401
    writer.expect_nothing()
    writer.request(type, refused.success, **refused.fields)


def test_a_401_on_a_join_is_not_the_users_expiry(gateway, api, device, user, note):
    client = device(user)
    api.misbehave("GET", note, status=401)
    assert client.refused("join_note", "upstream_rejected", noteId=note)["status"] == 401
    client.expect_nothing()
    client.join(note)


def test_the_users_own_token_still_runs_out(start_gateway, configured, api, device_of, user, note):
    rules = {"clock_skew": "0s", "expiry_grace": "60s"}
    gateway = start_gateway({**configured(), "authentication": rules})
    late = device_of(gateway, user)
    run_out(gateway, late)
    late.send("note_update", noteId=note, changes={"title": "x"}, requestId="held")
    late.expect_nothing()
    assert api.requests(note=note) == []
    renew(gateway, late)
    assert late.answer_to("held")["type"] == "note_update_success"
    assert_asked_by_the_service(api, user, note, late.token)


def test_the_services_token_reaches_no_log(
    start_gateway, configured, api, device_of, user, note
):
    gateway = start_gateway({**configured(), "logging": {"level": "trace"}})
    writer = device_of(gateway, user, note)
    api.misbehave("PUT", note, status=401)
    writer.refused("note_update", "upstream_rejected", noteId=note, changes={"a": 1})
    writer.update(note, title="x")
    gateway.stop()
    assert SERVICE_TOKEN not in gateway.log.text


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize(
    "service",
    [
        None,
        {"user_header": "X-User-Id"},
        {"token_file": "nowhere"},
        {"token_file": "empty"},
        {"token_file": "secret", "user_header": "X User"},
        {"token_file": "secret", "user_header": ""},
    ],
    ids=str,
)
def test_a_service_without_a_token_or_a_proper_header_is_a_configuration_error(
    api, issuer, tmp_path, command, service
):
    configuration = base(api.url)
    configuration["upstream"]["identity"] = "service"
    if service is not None:
        configuration["upstream"]["service"] = service
    (tmp_path / "secret").write_bytes(issuer.secret)
    (tmp_path / "empty").write_bytes(b"\n")
    file = tmp_path / "notes-gateway.yaml"
    file.write_text(yaml(configuration))
    result = run(command, "--config", file)
    assert result.returncode == 1
    assert result.stdout + result.stderr
