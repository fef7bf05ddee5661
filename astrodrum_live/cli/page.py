"""``astrodrum page``: the Beat Maker page of an instrument that runs."""

from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable

PORT = 8088

PagePort = Annotated[int, typer.Option("--page-port", help="The page's port.")]


def page(
    osc: Annotated[
        str | None, typer.Option(help="HOST:PORT of the instrument. [127.0.0.1:57130]")
    ] = None,
    port: Annotated[int, typer.Option(help="Serve the page on this port.")] = PORT,
    listen: Annotated[
        str | None,
        typer.Option(help="Serve it on this interface (0.0.0.0: all): who has the link can play."),
    ] = None,
) -> None:
    """Serve the page of a running instrument. Ctrl-C ends; the instrument plays on.

    Example: astrodrum page --port 8090
    """
    import asyncio

    from astrodrum_live.control.osc.endpoint import DEFAULT_ENDPOINT, parse_endpoint

    with mendable(False):
        if not 0 <= port <= 65535:
            raise ValueError(f"--port is {port}; a port is 0 to 65535")
        from astrodrum_live.page.__main__ import serve

        endpoint = osc or DEFAULT_ENDPOINT
        parse_endpoint(endpoint)
        host = listen or "127.0.0.1"
        try:
            asyncio.run(serve(endpoint, host, port, held=False))
        except OSError as error:
            why = error.strerror or error
            raise ValueError(f"the page cannot be served on {host}:{port}: {why}") from None
