import json
import os
import shutil
import subprocess

import psycopg2
import pytest


# `npx offshoot run` puts offshoot into the PATH, and calling it directly saves the time of npx.
COMMAND = ["offshoot"] if shutil.which("offshoot") else ["npx", "offshoot"]


def offshoot(*arguments):
    return subprocess.run([*COMMAND, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="session")
def database_url(worker_id):
    """A clone of the run's database for this worker: gw0, gw1, ... or master."""
    clone = json.loads(offshoot("clone", worker_id, "--json"))
    os.environ["DATABASE_URL"] = clone["url"]
    yield clone["url"]
    offshoot("clone", "--delete", worker_id)


@pytest.fixture(scope="session")
def worker_id():
    """pytest-xdist replaces this fixture."""
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@pytest.fixture
def connection(database_url):
    connection = psycopg2.connect(database_url)
    yield connection
    connection.close()
