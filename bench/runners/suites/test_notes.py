# One of the equal test files. Each test starts with a fresh database, and says when it began and how long that took.
import os
import time

import psycopg2
import pytest


def say(line):
    with open(os.environ["TIMES"], "a") as times:
        times.write(f"{line}\n")


@pytest.fixture
def url(request):
    start = time.perf_counter()
    url = request.getfixturevalue("fresh_url")
    say(f"FRESH {(time.perf_counter() - start) * 1000}")
    return url


@pytest.mark.parametrize("number", [1, 2, 3])
def test_sees_only_its_own_rows(url, number):
    say(f"TEST {time.time() * 1000}")
    # The names of the mock lead to this machine.
    connection = psycopg2.connect(url, hostaddr=os.environ.get("HOSTADDR"))
    with connection.cursor() as cursor:
        cursor.execute("with mine as (insert into t1 (name) values ('mine') returning 1) select count(*)::int from t1")
        assert cursor.fetchone() == (0,)
    connection.commit()
    connection.close()
