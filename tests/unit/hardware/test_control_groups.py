"""Limits of control groups, versions 1 and 2, on every level above the process."""

from dataclasses import replace
from pathlib import Path

import pytest

from resolver.hardware import detect
from tests.unit.hardware.machines import (
    BYTES_OF_64_GIB,
    CGROUP_V1,
    CGROUP_V2,
    GIB,
    HOST_64_GIB,
    MOUNTS_V1,
    MOUNTS_V2,
    linux,
)

CONTAINER = "/docker/3f1c6a0e9d2b"
NO_LIMIT_V1 = "9223372036854771712\n"


def _v2(path: str, top: str = "/") -> dict[str, str]:
    return {"proc/self/cgroup": CGROUP_V2.format(path=path), "proc/self/mountinfo": MOUNTS_V2.format(top=top)}


def _v1(path: str, top: str = "/") -> dict[str, str]:
    return {"proc/self/cgroup": CGROUP_V1.format(path=path), "proc/self/mountinfo": MOUNTS_V1.format(top=top)}


def test_without_any_limit_the_whole_machine_is_usable(tmp_path: Path) -> None:
    profile = detect(linux(tmp_path, {"sys/fs/cgroup/user.slice/memory.max": "max\n"}))
    assert (profile.memory.total, profile.memory.limit, profile.memory.usable) == (
        BYTES_OF_64_GIB,
        None,
        BYTES_OF_64_GIB,
    )
    assert (profile.cpu.logical, profile.cpu.usable) == (16, 16)


def test_a_container_with_two_cores_and_4_gib_on_a_64_gib_host_has_just_that(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/memory.max": f"{4 * GIB}\n", "sys/fs/cgroup/cpu.max": "200000 100000\n", ".dockerenv": ""}
    profile = detect(linux(tmp_path, {**_v2("/"), **files}))
    assert profile.os.container
    assert profile.memory.total == BYTES_OF_64_GIB
    assert profile.memory.limit == 4 * GIB
    assert (profile.facts.ram, profile.facts.cores) == (4 * GIB, 2)
    assert profile.volatile["free_memory"] == 4 * GIB


def test_a_limit_on_a_parent_group_binds_although_the_own_group_says_max(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/kubepods/memory.max": f"{32 * GIB}\n",
        "sys/fs/cgroup/kubepods/pod1/memory.max": f"{8 * GIB}\n",
        "sys/fs/cgroup/kubepods/pod1/cpu.max": "300000 100000\n",
        "sys/fs/cgroup/kubepods/pod1/main/memory.max": "max\n",
        "sys/fs/cgroup/kubepods/pod1/main/cpu.max": "max 100000\n",
        "sys/fs/cgroup/kubepods/pod2/memory.max": f"{GIB}\n",
    }
    profile = detect(linux(tmp_path, {**_v2("/kubepods/pod1/main"), **files}))
    assert profile.memory.limit == 8 * GIB
    assert profile.cpu.usable == 3


def test_the_smallest_limit_wins_wherever_it_is(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/a/memory.max": f"{16 * GIB}\n", "sys/fs/cgroup/a/b/memory.max": f"{6 * GIB}\n"}
    assert detect(linux(tmp_path, {**_v2("/a/b"), **files})).memory.limit == 6 * GIB


def test_version_1_limits_are_read_from_their_own_hierarchies(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/memory/slurm/job7/memory.limit_in_bytes": f"{10 * GIB}\n",
        "sys/fs/cgroup/memory/slurm/memory.limit_in_bytes": NO_LIMIT_V1,
        "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT_V1,
        "sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us": "400000\n",
        "sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpu,cpuacct/slurm/job7/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu,cpuacct/slurm/job7/cpu.cfs_period_us": "100000\n",
    }
    profile = detect(linux(tmp_path, {**_v1("/slurm/job7"), **files}))
    assert profile.memory.limit == 10 * GIB
    assert profile.cpu.usable == 4


@pytest.mark.parametrize("number", ["9223372036854771712", "9223372036854710272", "18446744073709551615"])
def test_the_huge_number_of_version_1_is_no_limit(tmp_path: Path, number: str) -> None:
    files = {"sys/fs/cgroup/memory/memory.limit_in_bytes": f"{number}\n"}
    profile = detect(linux(tmp_path, {**_v1("/"), **files}))
    assert profile.memory.limit is None
    assert profile.memory.usable == BYTES_OF_64_GIB


def test_a_container_that_sees_the_path_of_its_host_reads_what_is_mounted(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2 * GIB}\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "150000\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    }
    profile = detect(linux(tmp_path, {**_v1(CONTAINER, top=CONTAINER), **files}))
    assert profile.memory.limit == 2 * GIB
    assert profile.cpu.usable == 1


def test_a_limit_above_the_mount_of_version_1_shows_in_its_statistics(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT_V1,
        "sys/fs/cgroup/memory/memory.stat": f"cache 0\nhierarchical_memory_limit {3 * GIB}\ntotal_cache 0\n",
    }
    assert detect(linux(tmp_path, {**_v1(CONTAINER, top=CONTAINER), **files})).memory.limit == 3 * GIB


def test_a_mount_that_begins_at_a_group_is_walked_from_there(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/memory.max": f"{12 * GIB}\n",
        "sys/fs/cgroup/inner/memory.max": "max\n",
        "sys/fs/cgroup/outer/inner/memory.max": f"{GIB}\n",
    }
    assert detect(linux(tmp_path, {**_v2("/outer/inner", top="/outer"), **files})).memory.limit == 12 * GIB


@pytest.mark.parametrize(("path", "top"), [("/../../other", "/"), ("/", "/../..")])
def test_a_group_outside_of_the_namespace_falls_back_to_what_is_mounted(tmp_path: Path, path: str, top: str) -> None:
    files = {"sys/fs/cgroup/memory.max": f"{5 * GIB}\n", "sys/other/memory.max": f"{GIB}\n", "sys/fs/memory.max": "9\n"}
    assert detect(linux(tmp_path, {**_v2(path, top), **files})).memory.limit == 5 * GIB


def test_in_a_hybrid_layout_the_controller_counts_where_it_is(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/memory/process_api/1a2b/memory.limit_in_bytes": f"{7 * GIB}\n",
        "sys/fs/cgroup/unified/cgroup.procs": "1\n",
    }
    assert detect(linux(tmp_path, {**_v1("/process_api/1a2b"), **files})).memory.limit == 7 * GIB


@pytest.mark.parametrize(
    ("table", "file"),
    [("", "sys/fs/cgroup/a/memory.max"), ("garbage\n - \n", "sys/fs/cgroup/memory/a/memory.limit_in_bytes")],
)
def test_without_a_table_of_mounts_the_customary_places_are_read(tmp_path: Path, table: str, file: str) -> None:
    groups = "9:memory:/a/b\n0::/a/b\n"
    files = {"proc/self/mountinfo": table, "proc/self/cgroup": groups, file: f"{4 * GIB}\n"}
    assert detect(linux(tmp_path, files)).memory.limit == 4 * GIB


def test_a_mount_point_with_a_blank_is_found(tmp_path: Path) -> None:
    line = "29 22 0:26 / /mnt/control\\040groups rw - cgroup2 cgroup2 rw\n"
    files = {"proc/self/mountinfo": line, "proc/self/cgroup": "0::/\n"}
    limit = {"mnt/control groups/memory.max": f"{4 * GIB}\n"}
    assert detect(linux(tmp_path, {**files, **limit})).memory.limit == 4 * GIB


def test_a_group_with_a_colon_in_its_name_is_found(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/a:b/memory.max": f"{4 * GIB}\n"}
    assert detect(linux(tmp_path, {**_v2("/a:b"), **files})).memory.limit == 4 * GIB


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("50000 100000", 1), ("199999 100000", 1), ("350000 100000", 3), ("max 100000", 16), ("200000 0", 16)],
)
def test_a_quota_counts_whole_cores_and_at_least_one(tmp_path: Path, quota: str, cores: int) -> None:
    profile = detect(linux(tmp_path, {**_v2("/"), "sys/fs/cgroup/cpu.max": f"{quota}\n"}))
    assert profile.cpu.usable == cores


def test_affinity_bounds_the_cores_as_well_as_a_quota(tmp_path: Path) -> None:
    machine = linux(tmp_path, {**_v2("/"), "sys/fs/cgroup/cpu.max": "400000 100000\n"})
    assert detect(replace(machine, affinity=frozenset([2, 5, 7]))).cpu.usable == 3
    assert detect(replace(machine, affinity=frozenset(range(6)))).cpu.usable == 4
    assert detect(replace(machine, affinity=None, processors=None)).cpu.usable == 4


@pytest.mark.parametrize("garbage", ["", "\n", "lots", "-5", "0", "9" * 5000, "٣", "12 GB", "\x00\xff"])
def test_garbage_in_a_limit_is_no_limit(tmp_path: Path, garbage: str) -> None:
    files = {"sys/fs/cgroup/memory.max": garbage, "sys/fs/cgroup/cpu.max": garbage, "proc/meminfo": HOST_64_GIB}
    profile = detect(linux(tmp_path, {**_v2("/"), **files}))
    assert profile.memory.limit is None
    assert profile.cpu.usable == 16


def test_a_limit_beyond_the_machine_leaves_the_machine(tmp_path: Path) -> None:
    profile = detect(linux(tmp_path, {**_v2("/"), "sys/fs/cgroup/memory.max": f"{999 * GIB}\n"}))
    assert profile.memory.limit == 999 * GIB
    assert profile.memory.usable == BYTES_OF_64_GIB


def test_a_limit_is_the_usable_memory_where_the_total_is_unknown(tmp_path: Path) -> None:
    files = {"proc/meminfo": "MemTotal: lots\n", "sys/fs/cgroup/memory.max": f"{4 * GIB}\n"}
    profile = detect(linux(tmp_path, {**_v2("/"), **files}))
    assert (profile.memory.total, profile.memory.usable) == (None, 4 * GIB)
