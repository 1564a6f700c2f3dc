import { expect, test } from "vitest";
import { mistakesIn } from "../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../src/check/workflow/document.ts";
import { workflowOf } from "../../../../src/check/workflow/workflow.ts";

const FILES: Readonly<Record<string, string>> = {
  "file/alembic.ini": "[alembic]\nsqlalchemy.url = sqlite:///ci.db\n",
  "server/alembic.ini": "[alembic]\nsqlalchemy.url = driver://user:pass@localhost/dbname\n",
  ".env.ci": "DATABASE_URL=postgres://ci@localhost/ci\n",
};
const repository = { read: (path: string) => FILES[path] };

/** The findings where two jobs have these lines. */
function codes(lines: string): readonly string[] {
  const job = lines.trimEnd().replaceAll(/^/gm, "    ");
  const workflow = workflowOf("ci.yml", readDocument(`on: push\njobs:\n  a:\n    runs-on: x\n${job}\n  b:\n    runs-on: x\n${job}\n`));
  return mistakesIn(workflow === undefined ? [] : [workflow], repository).map(({ code }) => code);
}

const withEnv = (env: string, run = "alembic upgrade head"): string => `env: { ${env} }\nsteps: [{ run: "${run}" }]`;
const after = (first: string): string => `steps: [{ run: "${first}" }, { run: alembic upgrade head }]`;
const service = (text: string): string => `services: { ${text} }\nsteps: [{ run: alembic upgrade head }]`;
const SECRET = 'DATABASE_URL: "${{ secrets.A }}"';

test.each([
  ["an SQLite file", withEnv('DATABASE_URL: "sqlite:///ci.db"')],
  ["an SQLite file of another driver", withEnv('DATABASE_URL: "sqlite+aiosqlite:///./ci.db"')],
  ["an SQLite file in an argument", withEnv("A: b", "alembic -x url=sqlite:///ci.db upgrade head")],
  ["an SQLite file that dbmate gets", withEnv("A: b", "dbmate --url sqlite:ci.sqlite3 up")],
  ["an engine that is SQLite", withEnv("DB_ENGINE: django.db.backends.sqlite3")],
  ["a driver that is SQLite", withEnv("DB_DRIVER: sqlite")],
  ["an SQLite file in the configuration of Alembic", "steps: [{ run: alembic upgrade head, working-directory: file }]"],
  ["an SQLite file in a configuration that the command names", withEnv("A: b", "alembic -c file/alembic.ini upgrade head")],
  ["a local server", withEnv("POSTGRES_SERVER: localhost")],
  ["a local server by its address", withEnv('DB_HOST: "127.0.0.1"')],
  ["a local server over its socket", withEnv('DATABASE_URL: "postgresql:///ci"')],
  ["a local server over a socket in a folder", withEnv('DATABASE_URL: "postgres://ci@/ci?host=/var/run/postgresql"')],
  ["a local server in a file that a step copies", after("cp .env.ci .env")],
  ["a server of Debian's start script", after("sudo /etc/init.d/postgresql start")],
  ["a server of a container that a step starts", after("docker run -d -p 5432:5432 ghcr.io/acme/warehouse-db")],
  ["a server of an unknown image at the usual port", service('store: { image: ghcr.io/acme/store, ports: ["5432:5432"] }')],
  ["a server that is checked with pg_isready", service('store: { image: ghcr.io/acme/store, options: "--health-cmd pg_isready" }')],
  ["Neon Local", service("neon: { image: neondatabase/neon_local }")],
  ["a database of each job on one server", withEnv('PGHOST: "${{ secrets.H }}", PGDATABASE: "ci_${{ github.job }}"')],
  ["a URL of each job", withEnv('DATABASE_URL: "${{ secrets.BASE }}/${{ github.job }}"')],
])("two jobs with %s do not migrate one database", (_, lines) => {
  expect(codes(lines)).toEqual([]);
});

test.each([
  ["a secret", withEnv(SECRET)],
  ["a tool for servers that gets no URL", withEnv("A: b")],
  ["the example URL of Alembic's template", "steps: [{ run: alembic upgrade head, working-directory: server }]"],
  ["a proxy on this machine", `env: { DATABASE_URL: "postgres://ci@127.0.0.1/ci" }\n${after("cloud-sql-proxy acme:eu:db &")}`],
  ["a tunnel on this machine", `env: { DATABASE_URL: "postgres://ci@localhost/ci" }\n${after("ssh -fN -L 5432:db:5432 bastion")}`],
  ["a socket of Cloud SQL", withEnv('DATABASE_URL: "postgres://ci@/ci?host=/cloudsql/acme"')],
  ["one database on one server", withEnv('PGHOST: "${{ secrets.H }}", PGDATABASE: ci')],
  ["the project of Supabase, with its action", "steps: [{ uses: supabase/setup-cli@v1 }, { run: supabase db push }]"],
  ["a service that is not a database", service("cache: { image: redis }")],
])("two jobs with %s migrate one database", (_, lines) => {
  expect(codes(lines)).toEqual(["migrates-twice"]);
});

const matrix = (strategy: string, step = "run: alembic upgrade head"): string => `on: push
jobs:
  a:
    runs-on: x
    strategy: ${strategy}
    steps: [{ ${step} }]
`;
const ofMatrix = (text: string): readonly string[] => {
  const workflow = workflowOf("ci.yml", readDocument(text));
  return mistakesIn(workflow === undefined ? [] : [workflow]).map(({ code }) => code);
};

test.each([
  ["a list of one value", matrix("{ matrix: { python: ['3.12'] } }")],
  ["one value in JSON", matrix(`{ matrix: { python: "\${{ fromJSON('[3.12]') }}" } }`)],
  ["one entry of include", matrix("{ matrix: { include: [{ python: '3.12' }] } }")],
  ["an include that extends the only leg", matrix("{ matrix: { python: ['3.12'], include: [{ python: '3.12', os: x }, { more: y }] } }")],
  ["an exclude that leaves one leg", matrix("{ matrix: { python: [1, 2], exclude: [{ python: 2 }] } }")],
  ["one leg after the other", matrix("{ max-parallel: 1, matrix: { python: [1, 2] } }")],
  ["a step for one leg", matrix("{ matrix: { python: [1, 2] } }", "if: matrix.python == 2, run: alembic upgrade head")],
  ["a step for the first leg", matrix("{ matrix: { python: [1, 2] } }", "if: strategy.job-index == 0, run: alembic upgrade head")],
  [
    "a database of each leg",
    matrix(
      "{ matrix: { python: [1, 2] } }",
      'run: alembic upgrade head, env: { PGHOST: "${{ secrets.H }}", PGDATABASE: "ci${{ matrix.python }}" }',
    ),
  ],
])("a matrix with %s migrates once", (_, text) => {
  expect(ofMatrix(text)).toEqual([]);
});

test.each([
  ["two values", matrix("{ matrix: { python: [1, 2] } }")],
  ["two entries of include", matrix("{ matrix: { include: [{ python: 1 }, { python: 2 }] } }")],
  ["an include that adds a leg", matrix("{ matrix: { python: [1], include: [{ python: 2 }] } }")],
  ["a list that only GitHub knows", matrix('{ matrix: { python: "${{ fromJSON(vars.LIST) }}" } }')],
  [
    "a step for all but one of three legs",
    matrix("{ matrix: { python: [1, 2, 3] } }", "if: matrix.python != 2, run: alembic upgrade head"),
  ],
])("a matrix with %s migrates twice", (_, text) => {
  expect(ofMatrix(text)).toEqual(["migrates-twice"]);
});
