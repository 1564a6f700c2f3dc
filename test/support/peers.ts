import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { skipWithout } from "./require.ts";

const ROOT = new URL("../peers/", import.meta.url).pathname;

/** The folder of the installed packages of other projects. It exists only after `npm ci --prefix test/peers`. */
export const PEER_PACKAGES: string = join(ROOT, "node_modules");

/** Programs of other projects that tests use, and how to install them. */
const PEERS = {
  "github-parser": { file: join(ROOT, "node_modules/@actions/workflow-parser/dist"), how: "npm ci --prefix test/peers --ignore-scripts" },
  "neon-cli": { file: join(ROOT, "node_modules/neon/dist/cli.js"), how: "npm ci --prefix test/peers --ignore-scripts" },
  "drizzle-kit": { file: join(ROOT, "node_modules/drizzle-kit/bin.cjs"), how: "npm ci --prefix test/peers --ignore-scripts" },
  unleash: { file: join(ROOT, "node_modules/unleash-server/dist/migrations"), how: "npm ci --prefix test/peers --ignore-scripts" },
  // It contains the JSON Schema of the SARIF standard.
  "jest-sarif": {
    file: join(ROOT, "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"),
    how: "npm ci --prefix test/peers --ignore-scripts",
  },
  logto: { file: join(ROOT, "node_modules/@logto/schemas"), how: "npm ci --prefix test/peers --ignore-scripts" },
  neonctl: { file: join(ROOT, "node_modules/neonctl/bin/cli.js"), how: "npm ci --prefix test/peers --ignore-scripts" },
  // The version that Neon's actions for deleting and resetting a branch install.
  "neonctl-2": { file: join(ROOT, "node_modules/neonctl-2/cli.js"), how: "npm ci --prefix test/peers --ignore-scripts" },
  pgbouncer: { file: onPath("pgbouncer") ?? existing("/usr/sbin/pgbouncer"), how: "install the package pgbouncer" },
  prometheus: { file: onPath("prometheus"), how: "install the package prometheus" },
  logrotate: { file: onPath("logrotate") ?? existing("/usr/sbin/logrotate"), how: "install the package logrotate" },
  pgrep: { file: onPath("pgrep"), how: "install the package procps" },
  chromium: { file: onPath("chromium"), how: "install the package chromium" },
  mermaid: { file: join(ROOT, "node_modules/mermaid/dist/mermaid.min.js"), how: "npm ci --prefix test/peers --ignore-scripts" },
  marked: { file: join(ROOT, "node_modules/marked/lib/marked.esm.js"), how: "npm ci --prefix test/peers --ignore-scripts" },
  psycopg: { file: existing("/usr/lib/python3/dist-packages/psycopg"), how: "install the package python3-psycopg" },
  psycopg2: { file: existing("/usr/lib/python3/dist-packages/psycopg2"), how: "install the package python3-psycopg2" },
  "pytest-xdist": {
    file: existing("/usr/lib/python3/dist-packages/xdist"),
    how: "install the packages python3-pytest and python3-pytest-xdist",
  },
  rspec: { file: onPath("rspec"), how: "install the packages ruby-rspec and ruby-pg" },
  jdbc: {
    file: onPath("javac") === undefined ? undefined : existing("/usr/share/java/postgresql.jar"),
    how: "install the packages openjdk-17-jdk-headless and libpostgresql-jdbc-java",
  },
  squawk: { file: join(ROOT, "node_modules/squawk-cli/js/bin/squawk"), how: "npm ci --prefix test/peers --ignore-scripts" },
  pg_dump: { file: onPath("pg_dump"), how: "install the client of PostgreSQL" },
  psql: { file: onPath("psql"), how: "install the client of PostgreSQL" },
} as const;

export type Peer = keyof typeof PEERS;

/**
 * The file of a peer. Undefined if it is not installed; a line reports the skipped tests and how to install it then. Throws
 * instead if `OFFSHOOT_TEST_REQUIRE` contains its name (names separated by commas, or `all`).
 */
export function findPeer(name: Peer): string | undefined {
  const { file, how } = PEERS[name];
  if (file !== undefined && existsSync(file)) return file;
  skipWithout(name, `it is not installed (${how})`);
  return undefined;
}

/** For the folder in which Debian installs servers. The PATH of an ordinary user does not contain it. */
function existing(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}

export function onPath(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
