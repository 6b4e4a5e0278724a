"""The way from the socket's coroutine to the database: a thread, and connections that are closed after use."""

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar, cast

from channels.db import database_sync_to_async

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def in_database_thread(
    function: Callable[Parameters, Result],
) -> Callable[Parameters, Coroutine[Any, Any, Result]]:
    """``database_sync_to_async`` with its types kept."""
    return cast(Callable[Parameters, Coroutine[Any, Any, Result]], database_sync_to_async(function))
