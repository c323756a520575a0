"""Run a command where there is no network but loopback: ``python tools/no_uplink.py COMMAND``.

On Linux the command gets a network namespace of its own, in which only loopback is up; before it starts,
it is made sure that loopback answers and that nothing else can be reached. What needs the outside then
fails, and says what it was. Elsewhere, or where the system does not allow it, one line says so, and the
command runs as it would without this.

With ``--must`` it does not run then: for whoever wants to know.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys

INSIDE = "--inside"  # what this program calls itself with, within the namespace
OUTSIDE = ("192.0.2.1", 9)  # an address that stands in documents alone (RFC 5737)
UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
SETTING, UP = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP


def main() -> int:
    """Do it; returns the command's exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == [INSIDE]:
        return inside(arguments[1:])
    must = arguments[:1] == ["--must"]
    command = arguments[1:] if must else arguments
    if not command:
        print("Usage: python tools/no_uplink.py [--must] COMMAND ...")
        return 2
    namespace, why = entrance()
    if namespace is None:
        print(f"The network is not cut off: {why}.", flush=True)
        return 1 if must else subprocess.run(command, check=False).returncode
    print("The network is cut off: only this machine's own loopback can be reached.", flush=True)
    return subprocess.run([*namespace, sys.executable, __file__, INSIDE, *command], check=False).returncode


def entrance() -> tuple[list[str] | None, str]:
    """The command that enters a namespace here; else None, and why there is none."""
    unshare = shutil.which("unshare")
    if sys.platform != "linux" or unshare is None:
        return None, "this system has no network namespaces"
    ways = [[unshare, "--net"]] if os.geteuid() == 0 else []
    ways.append([unshare, "--net", "--map-root-user"])
    said = ""
    for way in ways:
        probe = [*way, sys.executable, __file__, INSIDE, sys.executable, "-c", ""]
        tried = subprocess.run(probe, capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            return way, ""
        said = " ".join((tried.stderr or tried.stdout).split())[-200:]
    return None, f"the system does not allow it ({said})"


def inside(command: list[str]) -> int:
    """Within the namespace: loopback up, and nothing else; then the command in place of this."""
    raise_loopback()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), timeout=5).close()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as out:
        out.settimeout(5)
        if out.connect_ex(OUTSIDE) not in UNREACHABLE:
            print("There is a way out of the namespace, which must not be.", file=sys.stderr)
            return 1
    os.execvp(command[0], command)


def raise_loopback() -> None:
    """Bring the interface ``lo`` up."""
    import fcntl
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_:
        fcntl.ioctl(any_, SETTING, struct.pack("16sh14x", b"lo", UP))


if __name__ == "__main__":
    sys.exit(main())
