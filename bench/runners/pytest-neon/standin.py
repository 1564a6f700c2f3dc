# bench
# What pytest-neon does before its version 3, as its README describes it: the migrations run in one branch, each test module has a
# branch of that one, and after each test this branch is restored. It is written again here, because the package cannot be installed
# from npm or Debian. (Version 3 has one branch for the whole session, and no fresh database for a test.)
import fcntl
import json
import os
import time
import urllib.request
import uuid
from dataclasses import dataclass

import pytest


@dataclass
class NeonBranch:
    branch_id: str
    connection_string: str


def call(method, path, body=None):
    request = urllib.request.Request(
        f"{os.environ['NEON_API_HOST']}/projects/{os.environ['NEON_PROJECT_ID']}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {os.environ['NEON_API_KEY']}", "content-type": "application/json"},
    )
    for _ in range(20):
        try:
            with urllib.request.urlopen(request) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            # Another operation of the branch is not finished.
            if error.code != 423:
                raise RuntimeError(f"{method} {path}: {error.read().decode()}") from error
            time.sleep(0.5)
    raise RuntimeError(f"{method} {path} was locked too long")


def finish(operations):
    for operation in operations:
        while call("GET", f"operations/{operation['id']}")["operation"]["status"] not in ("finished", "skipped"):
            time.sleep(0.5)


def create(parent=None):
    branch = {"name": f"pytest-{uuid.uuid4().hex[:8]}"} | ({} if parent is None else {"parent_id": parent})
    made = call("POST", "branches", {"branch": branch, "endpoints": [{"type": "read_write"}]})
    while call("GET", f"endpoints/{made['endpoints'][0]['id']}")["endpoint"]["current_state"] != "active":
        time.sleep(0.5)
    # The plugin sets a new password here, with as many requests. The mock has its port in this URL.
    query = f"connection_uri?branch_id={made['branch']['id']}&database_name=neondb&role_name=neondb_owner"
    return NeonBranch(made["branch"]["id"], call("GET", query)["uri"])


@pytest.fixture(scope="session")
def _neon_migration_branch():
    return create()


@pytest.fixture(scope="session")
def _migrated(request, tmp_path_factory):
    """The workers of pytest-xdist share one migration branch: the first one creates it."""
    file = tmp_path_factory.getbasetemp().parent / "migration-branch"
    with open(f"{file}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            branch = request.getfixturevalue("_neon_migration_branch")
            request.getfixturevalue("neon_apply_migrations")
            file.write_text(branch.branch_id)
    return file.read_text()


@pytest.fixture(scope="module")
def _module_branch(_migrated):
    branch = create(_migrated)
    yield branch
    call("DELETE", f"branches/{branch.branch_id}")


@pytest.fixture
def neon_branch(_module_branch, _migrated):
    yield _module_branch
    start = time.perf_counter()
    restored = call("POST", f"branches/{_module_branch.branch_id}/restore", {"source_branch_id": _migrated})
    finish(restored["operations"])
    with open(os.environ["TIMES"], "a") as times:
        times.write(f"FRESH {(time.perf_counter() - start) * 1000}\n")
