"""Reading the machine: memory and processor time of a process, percentiles, what box it is."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError


def family_mb(pid: int) -> float:
    """Resident memory of a process and its children in MB; what they share is counted once."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(one) for task in tasks for one in (task / "children").read_text().split()]
    total, shared = 0, dict[str, int]()
    for member in (pid, *children):
        here = dict[str, int]()
        path = ""
        for line in Path(f"/proc/{member}/smaps").read_text().splitlines():
            name, *rest = line.split()
            if not name.endswith(":"):  # a mapping begins: addresses, rights, …, path
                path = rest[-1]
            elif name.startswith("Private_") and name != "Private_Hugetlb:":
                total += int(rest[0])
            elif name in {"Shared_Clean:", "Shared_Dirty:"}:
                here[path] = here.get(path, 0) + int(rest[0])
        for path, size in here.items():
            shared[path] = max(shared.get(path, 0), size)
    return (total + sum(shared.values())) * 1024 / 1e6


def peak_mb(pid: int) -> float:
    """The most resident memory a process has had, in MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """One line about the machine, without its name."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")),
        platform.machine(),
    )  # fmt: skip
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}"


def loopback_bytes() -> int:
    """What has gone over this network namespace's loopback so far, TCP and IP headers included."""
    for line in Path("/proc/net/dev").read_text().splitlines():
        name, _, counts = line.partition(":")
        if name.strip() == "lo":
            return int(counts.split()[0])
    raise LookupError
