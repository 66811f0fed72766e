# nginx.py - the proxy of deploy/nginx.conf, with other addresses and a certificate of its own.
# SPDX-License-Identifier: Apache-2.0
import re
import shutil
from pathlib import Path

from lib.process import Program, free_port, run, server_folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"

# What Debian's own /etc/nginx/nginx.conf has around the example, within a folder.
AROUND = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr notice;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{example}
}}
"""


def exchange(text, pattern, *replacements):
    """Put the replacements in the places of what the pattern finds, one for each."""
    left = list(replacements)
    text = re.sub(pattern, lambda _: left.pop(0) if left else "", text, flags=re.MULTILINE)
    assert not left, f"the example has no more '{pattern}'"
    return text


class Nginx:
    """The proxy in front of instances of serve, at `url` with the certificate `trusted`.  The
    port is chosen before the instances start: they are told the address."""

    def __init__(self):
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self._folder = server_folder("nginx")
        self.trusted = self._folder / "certificate.pem"
        self._key = self._folder / "key.pem"
        self._program = None
        made = run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", self._key,
                    "-out", self.trusted])
        assert made.returncode == 0, made.stderr
        for path in (self.trusted, self._key):
            path.chmod(0o644)

    def start(self, *ports):
        """In front of these ports of 127.0.0.1."""
        text = EXAMPLE.read_text(encoding="utf-8")
        text = exchange(text, r"server 127\.0\.0\.1:80\d\d", *[
            f"server 127.0.0.1:{port}" for port in ports])
        text = exchange(text, r"listen .*443", f"listen 127.0.0.1:{self.port}")
        text = text.replace("\n\t ssl http2;", "")  # of the second listen
        text = exchange(text, r"/etc/ssl/certs/.*\.pem", str(self.trusted))
        text = exchange(text, r"/etc/ssl/private/.*\.key", str(self._key))
        text = exchange(text, r"server_name .*;", "server_name localhost;")
        main = self._folder / "nginx.conf"
        main.write_text(AROUND.format(folder=self._folder, example=text))
        self._program = Program("nginx", ["nginx", "-p", self._folder, "-c", main],
                                is_unprivileged=True)
        self._program.wait_for("start worker process ")

    @property
    def output(self):
        return self._program.output

    def close(self):
        if self._program:
            self._program.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
