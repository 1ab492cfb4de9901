"""network as on the Pico W: joining takes a while, and works if the world has the network."""

import clock as _clock
import world as _world

STA_IF = 0
AP_IF = 1
STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_GOT_IP = 3
STAT_CONNECT_FAIL = -1
STAT_NO_AP_FOUND = -2
STAT_WRONG_PASSWORD = -3

_JOIN_US = 3_000_000
_EPERM = 1

_country = "XX"
_hostname = "PicoW"
_on_link_lost = []


def country(*code):
    global _country
    if not code:
        return _country
    (code,) = code
    if len(code) != 2:
        raise ValueError
    _country = code
    return None


def hostname(*name):
    global _hostname
    if not name:
        return _hostname
    (name,) = name
    if len(name) > 32:
        raise ValueError
    _hostname = name
    return None


class WLAN:
    """The station interface; the access point is not simulated."""

    IF_STA = STA_IF
    IF_AP = AP_IF
    SEC_OPEN = 0
    SEC_WPA_WPA2 = 0x400006
    SEC_WPA3 = 0x1000004
    SEC_WPA2_WPA3 = 0x1400004
    PM_NONE = 0x10
    PM_PERFORMANCE = 0xA11142
    PM_POWERSAVE = 0x11

    _is_active = False
    _status = STAT_IDLE
    _ssid = ""
    _settings = {"pm": PM_PERFORMANCE, "txpower": 31}

    def __init__(self, interface=STA_IF):
        if interface != STA_IF:
            raise ValueError("only the station interface is simulated")

    def active(self, *is_active):
        _clock.check_alive()
        if not is_active:
            return WLAN._is_active
        WLAN._is_active = bool(*is_active)
        if not WLAN._is_active:
            self.disconnect()
        return None

    def connect(self, ssid, key=None, *, auth=-1, security=-1, bssid=None, channel=-1):
        _clock.check_alive()
        for text in (ssid, key):
            if text is not None and not isinstance(text, (str, bytes)):
                raise TypeError("object with buffer protocol required")
        if not WLAN._is_active:
            raise OSError(_EPERM)
        WLAN._ssid = ssid
        WLAN._key = key or ""
        _set_status(STAT_CONNECTING)
        _join.set(_clock.now_us + _JOIN_US)

    def disconnect(self):
        _clock.check_alive()
        _join.set(_clock.FAR_US)
        _set_status(STAT_IDLE)

    def isconnected(self):
        _clock.ask()
        return WLAN._status == STAT_GOT_IP

    def status(self, *what):
        _clock.ask()
        if not what:
            return WLAN._status
        if what != ("rssi",):
            raise ValueError("unknown status param")
        return -60

    def config(self, *what, **values):
        if values and what:
            raise TypeError("can't specify pos and kw args")
        if values:
            for name, value in values.items():
                if name not in WLAN._settings:
                    raise ValueError("unknown config param")
                WLAN._settings[name] = value
            return None
        (what,) = what
        if what == "mac":
            return b"\x28\xcd\xc1\x00\x00\x01"
        if what in ("ssid", "essid"):
            return WLAN._ssid
        if what in WLAN._settings:
            return WLAN._settings[what]
        raise ValueError("unknown config param")

    def ifconfig(self):
        address = "192.168.4.2" if self.isconnected() else "0.0.0.0"  # noqa: S104 - not bound
        return address, "255.255.255.0", "192.168.4.1", "192.168.4.1"

    def ipconfig(self, what):
        address, mask, gateway, _ = self.ifconfig()
        if what == "addr4":
            return address, mask
        if what == "gw4":
            return gateway
        if what in ("dhcp4", "has_dhcp4"):
            return self.isconnected()
        raise ValueError("unexpected key")


def _text(value):
    return value if isinstance(value, str) else value.decode()


def _set_status(status):
    was_up = WLAN._status == STAT_GOT_IP
    WLAN._status = status
    if was_up and status != STAT_GOT_IP:
        for listener in _on_link_lost:
            listener()


def _end_join():
    if not _world.wifi["up"] or _text(WLAN._ssid) != _world.wifi["ssid"]:
        _set_status(STAT_NO_AP_FOUND)
    elif _text(WLAN._key) != _world.wifi["key"]:
        _set_status(STAT_WRONG_PASSWORD)
    else:
        _set_status(STAT_GOT_IP)


def _switch(is_up):
    """The world's network came or went; the chip does not join again by itself."""
    if not is_up and WLAN._status == STAT_GOT_IP:
        _set_status(STAT_IDLE)


_join = _clock.Alarm(_end_join)
_world.watchers["wifi", 0] = _switch
