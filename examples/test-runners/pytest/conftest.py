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
def database_url():
    """A clone of the run's database for this process: each worker of pytest-xdist has its own."""
    # Without a name it gets a random one: the workers of all shards of a CI run are called gw0, gw1, ...
    clone = json.loads(offshoot("clone", "--json"))
    # DATABASE_URL, and the PG* variables that psql and pg_dump read.
    os.environ.update(clone["variables"])
    yield clone["url"]
    offshoot("clone", "--delete", clone["name"])


@pytest.fixture
def connection(database_url):
    connection = psycopg2.connect(database_url)
    yield connection
    connection.close()
