import type { ValueKind } from "../../../src/config/kind-values.ts";

/** Two different values of each kind, in the form used in the file and as text in a variable or flag. */
export const SAMPLES: Readonly<Record<ValueKind, readonly [Sample, Sample]>> = {
  provider: [
    { input: "embedded", text: "embedded" },
    { input: ["neon", "docker"], text: "neon, docker" },
  ],
  scope: [
    { input: "pull-request", text: "pull-request" },
    { input: "run", text: "run" },
  ],
  severity: [
    { input: "warning", text: "warning" },
    { input: "info", text: "info" },
  ],
  neonSslMode: [
    { input: "verify-ca", text: "verify-ca" },
    { input: "require", text: "require" },
  ],
  outbound: [
    { input: "disable", text: "disable" },
    { input: "allow", text: "allow" },
  ],
  fence: [
    { input: "require", text: "require" },
    { input: "off", text: "off" },
  ],
  tool: [
    { input: "alembic", text: "alembic" },
    { input: "none", text: "none" },
  ],
  duration: [
    { input: "90m", text: "90m" },
    { input: "2h", text: "2h" },
  ],
  major: [
    { input: 15, text: "15" },
    { input: 18, text: "18" },
  ],
  boolean: [
    { input: true, text: "yes" },
    { input: false, text: "0" },
  ],
  size: [
    { input: 0.25, text: "0.25" },
    { input: 4, text: "4" },
  ],
  count: [
    { input: 0, text: "0" },
    { input: 12, text: "12" },
  ],
  bytes: [
    { input: "500MB", text: "500MB" },
    { input: "2GB", text: "2GB" },
  ],
  text: [
    { input: "one", text: "one" },
    { input: "another one", text: " another one " },
  ],
  steps: [
    {
      input: [{ tool: "alembic" }, { command: "make seed", seed: "once" }],
      text: '[{"tool":"alembic"},{"command":"make seed","seed":"once"}]',
    },
    { input: [{ name: "a", directory: "b" }], text: '[{"name":"a","directory":"b"}]' },
  ],
  command: [
    { input: "make migrate", text: "make migrate" },
    { input: "a &&\nb", text: "a &&\nb" },
  ],
  path: [
    { input: "db/audit.yaml", text: "db/audit.yaml" },
    { input: "db", text: "db" },
  ],
  image: [
    { input: "postgres:17", text: "postgres:17" },
    { input: "ghcr.io/a/b@sha256:00", text: "ghcr.io/a/b@sha256:00" },
  ],
  moment: [
    { input: "2026-01-31T12:00:00+01:00", text: "2026-01-31T12:00:00+01:00" },
    { input: "0/1A2B3C4D", text: "0/1A2B3C4D" },
  ],
  databaseName: [
    { input: "ep-cool-sky-123456", text: "ep-cool-sky-123456" },
    { input: "db.example.com:6543/app", text: "db.example.com:6543/app" },
  ],
  apiUrl: [
    { input: "https://one.test/api/v2", text: "https://one.test/api/v2" },
    { input: "http://127.0.0.1:9/api/v2", text: "http://127.0.0.1:9/api/v2" },
  ],
  postgresUrl: [
    { input: "postgresql://user@one.test/app", text: "postgresql://user@one.test/app" },
    { input: "postgres://user@two.test:6543/app", text: "postgres://user@two.test:6543/app" },
  ],
  list: [
    { input: ["db/**/*.{sql,ts}", "schema.sql"], text: "db/**/*.{sql,ts},schema.sql" },
    { input: ["one.sql"], text: "one.sql" },
  ],
  normalisations: [
    { input: ["comments", "grants"], text: "comments, grants" },
    { input: ["all"], text: "all" },
  ],
  requiredSteps: [
    { input: ["audit", "teardown"], text: "audit, teardown" },
    { input: ["worker"], text: "worker" },
  ],
  variables: [
    { input: { A: "1", B_2: "x=y" }, text: "A=1\nB_2=x=y" },
    { input: { A: "2" }, text: "A=2" },
  ],
  maskingRules: [
    {
      input: [
        {
          database_name: "neondb",
          schema_name: "public",
          table_name: "users",
          column_name: "email",
          masking_function: "anon.fake_email()",
        },
      ],
      text: '[{"database_name":"neondb","schema_name":"public","table_name":"users","column_name":"email","masking_function":"anon.fake_email()"}]',
    },
    {
      input: [{ database_name: "d", schema_name: "s", table_name: "t", column_name: "c", masking_value: "" }],
      text: '[{"database_name":"d","schema_name":"s","table_name":"t","column_name":"c","masking_value":""}]',
    },
  ],
  limit: [
    { input: "0s", text: "0s" },
    { input: "1m30s", text: "1m30s" },
  ],
  limitSeverities: [
    { input: { duration: "warning", rewrite: "info" }, text: '{"duration":"warning","rewrite":"info"}' },
    { input: { blockedReads: "error" }, text: '{"blockedReads":"error"}' },
  ],
  tableLimits: [
    {
      input: { "app.events": { blockedWrites: "5s", rewrite: "2GB", reason: "only written at night", until: "2026-12-31" } },
      text: '{"app.events":{"blockedWrites":"5s","rewrite":"2GB","reason":"only written at night","until":"2026-12-31"}}',
    },
    {
      input: { audit: { blockedReads: "0s", reason: "nobody reads it" } },
      text: '{"audit":{"blockedReads":"0s","reason":"nobody reads it"}}',
    },
  ],
  sweepRules: [
    {
      input: [{ match: "preview/pr-*", closed: true, repository: "acme/shop", olderThan: "30d", reason: "left by the preview job" }],
      text: '[{"match":"preview/pr-*","closed":true,"repository":"acme/shop","olderThan":"30d","reason":"left by the preview job"}]',
    },
    {
      input: [{ match: "ci-*", olderThan: "7d", expireIn: "2d", reason: "old" }],
      text: '[{"match":"ci-*","olderThan":"7d","expireIn":"2d","reason":"old"}]',
    },
  ],
};

export interface Sample {
  readonly input: unknown;
  readonly text: string;
}

/** A document with one value at a key path. */
export function documentWith(path: string, value: unknown): Record<string, unknown> {
  const [first = "", ...rest] = path.split(".");
  return { [first]: rest.length === 0 ? value : documentWith(rest.join("."), value) };
}
