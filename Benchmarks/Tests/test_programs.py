"""The load client against the floor: every message is counted once, by every member."""

import pytest
from bench.bench import Bench
from bench.load import Load
from bench.plans import Step, message, upgrade
from bench.programs import compile_all
from bench.servers.gateway import API
from bench.servers.server import Floor, FloorWithAPI

PAYLOADS = [100, 1000, 70_000]


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    made = Bench(rounds=1, is_quick=True, directory=tmp_path_factory.mktemp("bench"))
    compile_all(made, ["load", "floor", "api"])
    return made


@pytest.mark.parametrize("payload", PAYLOADS)
def test_all_members_hear_all_messages(bench: Bench, payload: int):
    with Floor(bench, payload) as floor, Load(bench, floor.port, floor.members(), 5) as load:
        for triggers, messages in ((floor.single(), 1), (floor.eight(), 8)):
            load.choose(triggers)
            result = load.run(20)
            assert result.triggers > 0
            assert result.deliveries == result.triggers * 5 * messages
            assert (result.payload_min, result.payload_max) == (payload, payload)
            assert result.answers == 0


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_floor_that_asks_the_api_asks_before_each_message(bench: Bench, payload: int):
    with (
        API(bench) as api, FloorWithAPI(bench, payload, api.port) as floor,
        Load(bench, floor.port, floor.members(), 5) as load,
    ):
        load.choose(floor.single())
        before = api.cpu_ns()
        result = load.run(20)
        assert result.deliveries == result.triggers * 5 > 0
        assert (result.payload_min, result.payload_max) == (payload, payload)
        assert api.cpu_ns() > before


def test_messages_that_are_under_way_together_are_all_heard(bench: Bench):
    with Floor(bench, 100) as floor, Load(bench, floor.port, floor.members(), 3) as load:
        load.choose(floor.single())
        result = load.run(20, window=100)
        assert result.triggers >= 100
        assert result.deliveries == 3 * result.triggers


def test_at_a_rate_each_message_is_timed_once(bench: Bench):
    with Floor(bench, 100) as floor, Load(bench, floor.port, floor.members(), 7) as load:
        load.choose(floor.single())
        for _ in range(2):
            result = load.rate(100, 200)
            assert result.triggers > 0
            assert sum(result.histogram.values()) == result.triggers
            assert result.deliveries == 7 * result.triggers


def test_processor_time_is_counted(bench: Bench):
    with Floor(bench, 100) as floor, Load(bench, floor.port, floor.members(), 5) as load:
        load.choose(floor.single())
        before = floor.cpu_ns()
        load.run(50)
        assert floor.cpu_ns() > before
        assert floor.resident_size() > 0


def test_an_answer_that_is_not_the_expected_one_is_the_end(bench: Bench):
    # The trigger sets the room going, of which the first client is the only member.
    welcomed = [upgrade("/member", 1, b"welcome")]
    trigger = [upgrade("/trigger"), Step(message("1"), 1)]
    with Floor(bench, 100) as floor, pytest.raises(RuntimeError, match="does not hold"):
        Load(bench, floor.port, [welcomed, trigger], 2)
