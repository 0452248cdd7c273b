"""A witness over HTTP (C2SP tlog-witness): one call, `POST /add-checkpoint`; run by `pos ledger witness`.

Rules: nobody is authenticated but by the log's signature on the checkpoint; bodies are read up to their limit; requests
are answered one after the other in a thread, since each waits for the disk.
"""

import logging
import sys
import time
from pathlib import Path
from typing import Final

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pos.ledger.batch import read_body
from pos.ledger.problem import ProblemError
from pos.ledger.witness import Witness

BODY_BYTES_MAX: Final = 16_384


def witness_app(witness: Witness) -> Starlette:
    """The ASGI application of one witness."""

    async def add_checkpoint(request: Request) -> Response:
        try:
            body = await read_body(request.stream(), bytes_max=BODY_BYTES_MAX)
        except ProblemError as error:
            return Response(f"{error.problem.detail}\n", error.problem.status)
        answer = await anyio.to_thread.run_sync(lambda: witness.add_checkpoint(body, now_s=int(time.time())))
        return Response(answer.text, answer.status, media_type=answer.media_type)

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


def serve_witness(folder: Path, *, host: str, port: int) -> None:
    """Run a witness until a signal ends it. Raises ConfigError."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    uvicorn.run(
        witness_app(Witness(folder)),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        http="h11",
        ws="none",
    )
