"""Makes test/data/basics-station.json: what another implementation of Basics Station's LNS protocol, the PyPI package
pamoja-gateway 0.2.0 (MIT), reads in the messages of this project, and what it writes itself.

    python3 -m venv /tmp/pamoja && /tmp/pamoja/bin/pip install pamoja-gateway==0.2.0
    node --import tsx test/vectors/basics-station/messages.ts \
      | /tmp/pamoja/bin/python test/vectors/basics-station/vectors.py > test/data/basics-station.json
"""

import json
import sys

from pamoja import gateway


def plain(value):
    """An answer of the package as JSON can have it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if isinstance(value, int) and abs(value) >= 2**53:
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    members = {name: getattr(value, name) for name in dir(value) if not name.startswith("_")}
    return {name: plain(member) for name, member in members.items() if member is not None}


def read(name, text):
    if name == "discoveryRequest":
        return plain(gateway.station_discovery_parse(text))
    if name in ("discoveryAnswer", "discoveryRefusal"):
        return plain(gateway.station_router_parse(text))
    return plain(gateway.station_parse(text))


FRAMES = {
    "joinRequest": "002f000000105e0000080706050403020101ffdeadbeef",
    "uplink": "4004030201800700020aabbccddeadbeef",
    "uplinkWithFOpts": "80040302f1830100030607efbeadde",
    "uplinkWithoutFPort": "4004030201000000deadbeef",
    "proprietary": "e00102030405060708090a0b0c0d",
}
XTIME = gateway.station_xtime(0, 0x92, 5000001)
LEVELS = gateway.StationLevels(rctx=0, xtime=XTIME, gpstime=1451606418000000, rssi=-35, snr=5.25)


def written():
    for name, frame in FRAMES.items():
        heard = gateway.station_heard(bytes.fromhex(frame), 5, 868100000, LEVELS)
        yield name, gateway.station_encode(heard)
    common = {"dev_eui": "0102030405060708", "diid": 77, "payload": b"\x20\x01\xff", "priority": 1, "rctx": 0}
    rx1, rx2 = gateway.StationWindow(5, 868100000), gateway.StationWindow(0, 869525000)
    downlinks = {
        "classA": {"class_": 0, "rx_delay": 5, "rx1": rx1, "rx2": rx2, "xtime": XTIME},
        "classB": {"class_": 1, "ping_slot": rx1, "gpstime": 1451606418960500},
        "classC": {"class_": 2, "rx2": rx2},
    }
    for name, fields in downlinks.items():
        yield name, gateway.station_encode(gateway.StationMessage(msgtype="dnmsg", **common, **fields))
    sent = {"dev_eui": "0102030405060708", "diid": 77, "rctx": 0, "xtime": XTIME, "txtime": 1.5, "gpstime": 0}
    yield "sent", gateway.station_encode(gateway.StationMessage(msgtype="dntxed", **sent))
    yield "version", gateway.station_encode(
        gateway.StationMessage(
            msgtype="version", station="2.0.6", firmware="1", package="1", model="linux", protocol=2, features="gps"
        )
    )
    yield "timesync", gateway.station_encode(gateway.StationMessage(msgtype="timesync", txtime=123456))
    for eui in ("b827ebfffe010203", "0000000000000001", "0001000000000000", "0000ebff00000000", "1111000000002222"):
        yield f"discovery {eui}", gateway.station_discovery(eui)


ours = json.load(sys.stdin)
json.dump(
    {
        "source": "PyPI pamoja-gateway 0.2.0 (MIT), by test/vectors/basics-station/vectors.py",
        "read": {name: {"text": text, "fields": read(name, text)} for name, text in ours.items()},
        "written": dict(written()),
    },
    sys.stdout,
    indent=1,
)
sys.stdout.write("\n")
