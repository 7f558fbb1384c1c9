"""What a scenario may ask of any server."""

from pathlib import Path

from ..bench import Bench
from ..load import Load
from ..plans import Script, Trigger, TriggerSet, message, upgrade
from ..processes import Process, free_port
from ..programs import make_certificate


class Server(Process):
    """A server under test, one process or a few, pinned to the server's core."""

    name = ""
    # What of "one message" and "eight in a turn" is measured.
    modes: tuple[str, ...] = ("single", "eight")
    # How many clients may be on their way to it at once.
    in_flight = 64

    def __init__(self, bench: Bench, command: list, uses_tls: bool = False, **options) -> None:
        self.bench = bench
        self.uses_tls = uses_tls
        cores = options.pop("cores", bench.server_cores)
        super().__init__(command, cores, bench.new_file(f"{type(self).__name__}-log"), **options)
        try:
            self.wait_for_port(self.port)
        except BaseException:
            self.stop()
            raise

    port: int

    def members(self) -> list[Script]:
        """What a member says until it hears the room."""
        return [[upgrade("/member")]]

    def filled(self, members: int) -> Load:
        """So many members in the room, until the end of the block."""
        return Load(self.bench, self.port, self.members(), members, uses_tls=self.uses_tls,
                    in_flight=self.in_flight)

    def single(self) -> TriggerSet:
        """One message to the room, each time."""
        raise NotImplementedError

    def eight(self) -> TriggerSet:
        """Eight messages to the room, in one turn where the server can."""
        raise NotImplementedError


class Triggered(Server):
    """A server without a protocol of its own: a message on /trigger sets it going."""

    single_message = "1"
    eight_message = "8"

    def _trigger(self, text: str, deliveries: int) -> TriggerSet:
        trigger = Trigger([upgrade("/trigger")], message(text), 0, deliveries)
        return TriggerSet(self.port, [trigger], uses_tls=self.uses_tls)

    def single(self) -> TriggerSet:
        return self._trigger(self.single_message, 1)

    def eight(self) -> TriggerSet:
        return self._trigger(self.eight_message, 8)


class Floor(Triggered):
    name = "floor: send(), writev()"

    def __init__(self, bench: Bench, payload: int) -> None:
        self.port = free_port()
        super().__init__(bench, [bench.program("floor"), self.port, payload])


class FloorWithAPI(Triggered):
    """The floor, which asks the API before each message as the gateway does."""

    name = "floor: the API, then send()"
    modes = ("single",)

    def __init__(self, bench: Bench, payload: int, api_port: int) -> None:
        self.port = free_port()
        super().__init__(bench, [bench.program("floor"), self.port, payload, api_port])


class FloorTLS(Triggered):
    name = "floor: libwebsockets"

    def __init__(self, bench: Bench, payload: int) -> None:
        self.port = free_port()
        command = [bench.program("floor_tls"), self.port, payload, *make_certificate(bench)]
        super().__init__(bench, command, uses_tls=True)


class UWebSockets(Triggered):
    name = "uWebSockets"
    eight_message = "8" * 8

    def __init__(self, bench: Bench, python: Path, payload: int, uses_tls: bool = False) -> None:
        self.port = free_port()
        program = Path(__file__).parents[2] / "Programs" / "uwebsockets.py"
        command = [python, "-B", program, self.port, payload]
        command += make_certificate(bench) if uses_tls else []
        # It closes some of several clients that shake hands at the same time.
        self.in_flight = 1 if uses_tls else 64
        super().__init__(bench, command, uses_tls)
