"""What the tests of requests that end before their time have in common."""

from .http import ConnectionEnded
from .signals import Signal
from .timing import duration
from .upstream import Answer, Received

# Of a gateway that waits for nobody for long.
IMPATIENT = {
    "workers": 1,
    "limits": {"body_timeout": duration(2)},
    "upstream": {"request_timeout": duration(1.5)},
    "proxy": {"max_body_size": 1_000_000},
}

# Of a body that is allowed, and that does not come.
UNENDING = "Content-Length: 900000"


def telling_of_a_broken_body(ended: Signal) -> Answer:
    """Reads the body, and gives `ended` when the gateway breaks it off."""

    def answer(request: Received) -> None:
        try:
            request.read_body()
        except ConnectionEnded:
            ended.give()
            raise

    return answer
