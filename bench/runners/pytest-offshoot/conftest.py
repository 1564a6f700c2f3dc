import shutil
import subprocess
import uuid

import pytest

COMMAND = ["offshoot"] if shutil.which("offshoot") else ["npx", "offshoot"]


@pytest.fixture
def fresh_url():
    clone = [*COMMAND, "clone", uuid.uuid4().hex[:8]]
    return subprocess.run(clone, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
