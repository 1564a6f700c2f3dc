import psycopg2
import pytest

pytest_plugins = ["standin"]  # bench: pytest loads the real plugin by itself


@pytest.fixture(scope="session")
def neon_apply_migrations(_neon_migration_branch):
    connection = psycopg2.connect(_neon_migration_branch.connection_string)
    connection.cursor().execute(open("migrations/0001.sql").read())
    connection.commit()
    connection.close()


@pytest.fixture
def fresh_url(neon_branch):
    return neon_branch.connection_string
