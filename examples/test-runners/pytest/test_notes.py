from contextlib import closing

import psycopg2


import pytest


@pytest.mark.parametrize("name", ["milk", "bread", "salt", "rice"])
def test_each_worker_has_a_database_of_its_own(connection, name):
    with connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from note")
        before = cursor.fetchone()[0]
        cursor.execute("insert into note (text) values (%s)", (name,))
        cursor.execute("select count(*) from note")
        assert cursor.fetchone()[0] == before + 1


def test_programs_that_read_pgdatabase_have_the_same_database(connection):
    with closing(psycopg2.connect("")) as other:
        assert other.info.dbname == connection.info.dbname
