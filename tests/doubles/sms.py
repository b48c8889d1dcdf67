"""What the doubles of text message services have in common: a script of bad behavior."""

from collections import deque
from dataclasses import dataclass
from threading import Lock

from tests.doubles.http import HttpDouble, Reply, Request


@dataclass(frozen=True)
class Step:
    """An answer to one send. With `accepts`, the text is taken over before the bad answer."""

    reply: Reply
    accepts: bool = False


def accept_then(reply: Reply) -> Step:
    return Step(reply, accepts=True)


class SmsDouble(HttpDouble):
    """Answers sends by the script while it lasts, then properly. One request at a time decides."""

    def __init__(self) -> None:
        super().__init__()
        self.script: deque[Step] = deque()
        self._deciding = Lock()

    def answer(self, request: Request) -> Reply:
        with self._deciding:
            return self.decide(request)

    def decide(self, request: Request) -> Reply:
        raise NotImplementedError

    def send(self, request: Request) -> Reply:
        """What comes of a send: the script's next answer, or the proper one."""
        step = self.script.popleft() if self.script else None
        if step and not step.accepts:
            return step.reply
        proper = self.take_over(request)
        return step.reply if step else proper

    def take_over(self, request: Request) -> Reply:
        raise NotImplementedError
