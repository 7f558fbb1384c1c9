"""Where a gateway listens, and how to open a socket to it."""

import socket
import ssl
from dataclasses import dataclass, replace

from .timing import seconds


@dataclass(frozen=True)
class Endpoint:
    """A listener: TCP or, with `path`, a Unix socket; with `tls`, behind TLS."""

    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    path: str = ""

    @property
    def authority(self) -> str:
        """What a client writes into `Host`."""
        return "localhost" if self.path else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """The origin of a page that this very host would have served."""
        return f"{'https' if self.tls else 'http'}://{self.authority}"

    def with_tls(self, context: ssl.SSLContext) -> "Endpoint":
        return replace(self, tls=context)

    def connect_plain(self, receive_buffer: int | None = None) -> socket.socket:
        """A connected socket without TLS on it. `receive_buffer` is the kernel's, in bytes."""
        family = socket.AF_UNIX if self.path else socket.AF_INET
        if ":" in self.host:
            family = socket.AF_INET6
        plain = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(seconds(10))
        try:
            if receive_buffer is not None:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            if self.path:
                plain.connect(self.path)
            else:
                plain.connect((self.host, self.port))
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            plain.close()
            raise
        return plain

    def connect(
        self, receive_buffer: int | None = None, session: ssl.SSLSession | None = None
    ) -> socket.socket:
        """A connected socket, through the TLS handshake where there is one."""
        plain = self.connect_plain(receive_buffer)
        if self.tls is None:
            return plain
        try:
            return self.tls.wrap_socket(plain, server_hostname=self.host, session=session)
        except BaseException:
            plain.close()
            raise
