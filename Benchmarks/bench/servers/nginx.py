"""nginx: with nchan as a server of live messages, and as a proxy."""

from pathlib import Path

from ..bench import Bench
from ..plans import Script, Trigger, TriggerSet, upgrade
from ..processes import free_port
from ..programs import make_certificate
from .server import Server

_FRAME = """
{module}
user root;
daemon off;
worker_processes 1;
worker_rlimit_nofile {descriptors};
pid {directory}/pid;
error_log {directory}/error.log;
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  keepalive_requests 1000000000;
  tcp_nodelay on;
  {content}
}}
"""

_NCHAN = """
  nchan_shared_memory_size 512M;
  client_body_buffer_size 1m;
  server {{
    listen 127.0.0.1:{port} {tls} backlog=4096;
    {certificate}
    location = /publish {{ nchan_publisher; nchan_channel_id room; nchan_message_timeout 10s;
                           nchan_message_buffer_length 16; }}
    location = /member {{ nchan_subscriber websocket; nchan_channel_id room;
                          nchan_subscriber_first_message newest; }}
  }}
  server {{
    listen 127.0.0.1:{publish_port};
    location = /publish {{ nchan_publisher; nchan_channel_id room; nchan_message_timeout 10s;
                           nchan_message_buffer_length 16; }}
  }}
"""

_PROXY = """
  upstream api {{
    server 127.0.0.1:{api_port};
    keepalive 64;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      {fields}
    }}
  }}
"""

_FORWARDED_FOR = "proxy_set_header X-Forwarded-For $remote_addr;"
_FOUR_FIELDS = _FORWARDED_FOR + """
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Request-Id $request_id;"""


class Nginx(Server):
    program = Path("/usr/sbin/nginx")

    def __init__(self, bench: Bench, content: str, module: str, uses_tls: bool) -> None:
        directory = bench.new_file("nginx").resolve()
        directory.mkdir()
        file = directory / "nginx.conf"
        file.write_text(_FRAME.format(
            module=module, directory=directory, content=content,
            descriptors=bench.descriptors, connections=bench.descriptors - 100,
        ))
        super().__init__(bench, [self.program, "-c", file, "-p", directory], uses_tls)


class Nchan(Nginx):
    name = "nchan"
    module = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")

    def __init__(self, bench: Bench, payload: int, uses_tls: bool = False) -> None:
        self.port, self.publish_port = free_port(), free_port()
        self.payload = payload
        certificate = ""
        if uses_tls:
            pair = make_certificate(bench)
            certificate = f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]};"
        content = _NCHAN.format(
            port=self.port, publish_port=self.publish_port, certificate=certificate,
            tls="ssl" if uses_tls else "",
        )
        super().__init__(bench, content, f"load_module {self.module};", uses_tls)

    def members(self) -> list[Script]:
        return [[upgrade("/member")]]

    def _publication(self, count: int) -> TriggerSet:
        request = (
            f"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: {self.payload}\r\n\r\n"
            + "x" * self.payload
        )
        trigger = Trigger([], request.encode() * count, count, count)
        return TriggerSet(self.publish_port, [trigger], is_http=True)

    def single(self) -> TriggerSet:
        return self._publication(1)

    def eight(self) -> TriggerSet:
        return self._publication(8)


class NginxProxy(Nginx):
    def __init__(self, bench: Bench, api_port: int, sets_four_fields: bool) -> None:
        self.name = "nginx, four fields" if sets_four_fields else "nginx, X-Forwarded-For"
        self.port = free_port()
        fields = _FOUR_FIELDS if sets_four_fields else _FORWARDED_FOR
        content = _PROXY.format(port=self.port, api_port=api_port, fields=fields)
        super().__init__(bench, content, "", uses_tls=False)
