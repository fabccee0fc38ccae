"""Has the part of Testcontainers that the example uses."""


class HttpWaitStrategy:
    def __init__(self, port, path):
        self.port, self.path = port, path

    def for_status_code(self, status):
        self.status = status
        return self
