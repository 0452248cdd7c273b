"""The printer emulator starts on this machine's loopback and prints what it is sent."""

import json
import os
import socket
import urllib.request
from pathlib import Path

from tests.support.process_tools import Child, free_tcp_port, wait_for_tcp


def test_it_prints_a_line(tmp_path: Path) -> None:
    api, printer = free_tcp_port(), free_tcp_port()
    wire = {"tcp": {"port": printer}}
    device = {"id": "front", "type": "printer", "profile": "epson-tm-t20iii", "connections": [wire]}
    configuration = tmp_path / "emupos.yaml"
    configuration.write_text(json.dumps({"schema": 1, "api": {"host": "127.0.0.1", "port": api}, "devices": [device]}))

    with Child([os.environ["CHAK_EMUPOS"], "run", "--config", configuration], cwd=tmp_path) as emulator:
        wait_for_tcp(printer, child=emulator)
        wait_for_tcp(api, child=emulator)
        with socket.create_connection(("127.0.0.1", printer)) as link:
            link.sendall(b"\x1b@TOTAL 12,000\n\x1dV\x00")
        emulator.wait_for_line("printer.job.completed")
        with urllib.request.urlopen(f"http://127.0.0.1:{api}/api/v1/devices/front/receipts/latest/text") as answer:
            paper = answer.read().decode()

    assert "TOTAL 12,000" in paper
