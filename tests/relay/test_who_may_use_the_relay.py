"""Sessions get credentials of their own, for minutes and a few allocations; nobody else gets in."""

import time
from contextlib import ExitStack

from tests.support.patience import wait_until
from tests.support.turn_server import TurnServer

UNAUTHORIZED, QUOTA_REACHED = 401, 486


def test_a_good_credential_allocates(relay: TurnServer) -> None:
    with relay.client() as client:
        assert client.allocate() == 0
        assert client.let_go() == 0


def test_an_expired_one_does_not(relay: TurnServer) -> None:
    with relay.client(**relay.credentials(seconds=-1)) as client:
        assert client.allocate() == UNAUTHORIZED


def test_one_of_another_secret_does_not(relay: TurnServer) -> None:
    with relay.client(**relay.credentials(secret="another secret altogether")) as client:
        assert client.allocate() == UNAUTHORIZED


def test_a_longer_life_cannot_be_written_into_it(relay: TurnServer) -> None:
    good = relay.credentials()
    stamp, _colon, user = good["username"].partition(":")
    with relay.client(**good | {"username": f"{int(stamp) + 3600}:{user}"}) as client:
        assert client.allocate() == UNAUTHORIZED


def test_an_allocation_outlives_its_credential(relay: TurnServer) -> None:
    with relay.client(**relay.credentials("lasting", seconds=2)) as client:
        assert client.allocate() == 0
        time.sleep(3)
        assert client.refresh() == 0
        assert client.may_reach(relay.address) == 0


def test_one_session_has_four_allocations_also_with_a_fresh_credential(relay: TurnServer) -> None:
    with ExitStack() as clients:
        taken = [
            clients.enter_context(relay.client(**relay.credentials("greedy", 600 + number)))
            for number in range(5)
        ]
        assert [client.allocate() for client in taken] == [0, 0, 0, 0, QUOTA_REACHED]
        with relay.client(**relay.credentials("another")) as other:
            assert other.allocate() == 0
        assert taken[0].let_go() == 0
        wait_until(lambda: allocates(relay, "greedy"), "what is let go can be taken again", seconds=10)


def allocates(relay: TurnServer, user: str) -> bool:
    with relay.client(**relay.credentials(user)) as client:
        return client.allocate() == 0
