import { expect, test } from "vitest";
import { withUnbufferedContainer } from "../../../../src/check/worker/unbuffered.ts";

const changed = (line: string): string | undefined => withUnbufferedContainer(line.split(" "), "l=1")?.argv.join(" ");

test.each([
  ["docker run app", "docker run --env PYTHONUNBUFFERED=1 --label l=1 app"],
  [
    "/usr/bin/docker --context ci container run --rm app",
    "/usr/bin/docker --context ci container run --env PYTHONUNBUFFERED=1 --label l=1 --rm app",
  ],
  ["podman exec app python worker.py", "podman exec --env PYTHONUNBUFFERED=1 app python worker.py"],
  ["docker compose -f ci.yml run --rm worker", "docker compose -f ci.yml run --env PYTHONUNBUFFERED=1 --rm worker"],
  ["docker-compose run worker", "docker-compose run --env PYTHONUNBUFFERED=1 worker"],
])("%s passes the variable on to the container", (line, expected) => {
  expect(changed(line)).toBe(expected);
});

test.each(["docker compose up", "docker start app", "docker compose create app", "python docker run", "docker", "docker --context run"])(
  "%s is not changed",
  (line) => {
    expect(changed(line)).toBeUndefined();
  },
);
