"""uwebsockets.py PORT PAYLOAD [CERTIFICATE KEY]: publish and subscribe of uWebSockets.

Whoever comes on another path than /trigger is a member. A trigger's message of N bytes publishes N
ready messages. Python hears the trigger; what goes to the members is done in C++.
"""

import sys

from socketify import App, AppListenOptions, AppOptions, CompressOptions, OpCode

TOPIC = "room"


def main(port: str, payload: str, certificate: str = "", key: str = "") -> None:
    options = AppOptions(cert_file_name=certificate, key_file_name=key) if certificate else None
    app = App(options)
    text = "x" * int(payload)

    def opened(socket) -> None:
        if not socket.get_user_data():
            socket.subscribe(TOPIC)

    def received(socket, message, opcode) -> None:
        for _ in range(len(message)):
            app.publish(TOPIC, text, OpCode.TEXT, False)

    def upgrade(response, request, context) -> None:
        key = request.get_header("sec-websocket-key")
        protocol = request.get_header("sec-websocket-protocol")
        extensions = request.get_header("sec-websocket-extensions")
        is_trigger = request.get_url() == "/trigger"
        response.upgrade(key, protocol, extensions, context, is_trigger)

    app.ws("/*", {
        "compression": CompressOptions.DISABLED,
        "max_backpressure": 64 << 20,
        "idle_timeout": 0,
        "upgrade": upgrade,
        "open": opened,
        "message": received,
    })
    app.listen(AppListenOptions(port=int(port), host="127.0.0.1"), lambda _: None)
    app.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
