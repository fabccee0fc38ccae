"""Has the part of Testcontainers that the example uses. A container is a process; STAND_IN_COMMAND starts it."""

import json
import os
import subprocess
from urllib.parse import urlsplit
from urllib.request import urlopen


class DockerContainer:
    def __init__(self, image):
        self.image, self.variables = image, {}

    def with_exposed_ports(self, port):
        self.port = port
        return self

    def with_env(self, name, value):
        self.variables[name] = value
        return self

    def waiting_for(self, strategy):
        self.strategy = strategy
        return self

    def __enter__(self):
        command, environment = json.loads(os.environ["STAND_IN_COMMAND"]), os.environ | self.variables
        self.server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        self.url = urlsplit(json.loads(self.server.stdout.readline())["url"])
        with urlopen(f"{self.url.geturl()}{self.strategy.path}", timeout=30) as response:
            assert (self.strategy.port, response.status) == (self.port, self.strategy.status)
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.communicate()

    def get_container_host_ip(self):
        return self.url.hostname

    def get_exposed_port(self, port):
        assert port == self.port
        return self.url.port
