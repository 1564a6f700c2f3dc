import { describe, expect, test } from "vitest";
import type { LoadInput } from "../../../src/config/load.ts";
import { checkValue } from "../../../src/config/check-value.ts";
import { fieldAt } from "../../../src/config/fields.ts";
import { NORMALISATION_CHOICES } from "../../../src/config/settings.ts";
import { VALUE_FORMATS } from "../../../src/config/value-formats.ts";
import { failureOf, loadText } from "./scratch.ts";

const PROVIDERS = "expected auto, or one or more of neon, docker, embedded, existing, each only once";
const DURATION = "expected a duration such as 90m, 2h or 3d";
const TIMER = `${DURATION}, at most 24d`;
const BOOLEAN = "expected true or false";
const MAJOR = "expected one of the numbers 14, 15, 16, 17, 18";
const URL_SHAPE = "expected a URL such as postgresql://user@host:5432/database, with special characters in the password written as %XX";
const VARIABLES =
  "expected names of environment variables, each with a value in quotes (in OFFSHOOT_MIGRATIONS_ENV: one NAME=value on each line)";
const MOMENT = "expected a timestamp with UTC offset such as 2026-01-31T12:00:00Z, or an LSN such as 0/1A2B3C4D";
const LIST = "expected a path or glob, or a list of them";
const TOP =
  "valid keys: provider, run, scope, ttl, postgres, neon, docker, existing, migrations, passSecrets, base, baseTtl, cache, psql, audit, check, comment, commentOutput, drift, sweep, timeouts, rehearse";

/** Nested aliases that expand to 9^9 words. */
const BOMB = [
  "a: &a [x, x]",
  ..."bcdefghi".split("").map((name, at) => `${name}: &${name} [${`*${"abcdefgh"[at] ?? ""}, `.repeat(9)}]`),
].join("\n");

const FILES: readonly (readonly [string, readonly string[]])[] = [
  ["migratons:\n  command: make\n", ['offshoot.yaml:1: unknown key "migratons". Did you mean "migrations"?']],
  ["neon:\n  projct: x\n", ['offshoot.yaml:2: unknown key "neon.projct". Did you mean "neon.project"?']],
  ["neon:\n  schema_only: true\n", ['offshoot.yaml:2: unknown key "neon.schema_only". Did you mean "neon.schemaOnly"?']],
  ["neon: {compute: {mx: 1}}\n", ['offshoot.yaml:1: unknown key "neon.compute.mx". Did you mean "neon.compute.max"?']],
  ["project: x\n", ['offshoot.yaml:1: unknown key "project". Did you mean "neon.project"?']],
  ["neon: {ttl: 2h}\n", ['offshoot.yaml:1: unknown key "neon.ttl". Did you mean "ttl"?']],
  ["neon.parent: main\n", ['offshoot.yaml:1: unknown key "neon.parent"; write nested keys instead: neon: { parent: … }']],
  [
    "rehearse:\n  severities:\n    durations: warning\n",
    ['offshoot.yaml:3: unknown key "durations" in rehearse.severities. Did you mean "duration"?'],
  ],
  [
    "rehearse: {severities: {duration: eror}}\n",
    ['offshoot.yaml:1: rehearse.severities.duration is "eror"; expected error, warning or info. Did you mean "error"?'],
  ],
  [
    "rehearse:\n  tables:\n    acc:\n      reason: x\n      rewrite: 1GB\n      untill: 2026-12-31\n",
    ['offshoot.yaml:6: unknown key "untill" in rehearse.tables.acc. Did you mean "until"?'],
  ],
  [
    "rehearse: {tables: {acc: {reason: x, rewrite: 1GB, until: 2026-13-45}}}\n",
    ['offshoot.yaml:1: rehearse.tables.acc.until is "2026-13-45"; expected a day such as 2026-12-31'],
  ],
  [
    "rehearse: {tables: {acc: {reason: x, rewrite: 1GB, until: 2027-02-30}}}\n",
    ['offshoot.yaml:1: rehearse.tables.acc.until is "2027-02-30"; expected a day such as 2026-12-31'],
  ],
  [
    "rehearse: {tables: {acc: {rewrite: 1GB}}}\n",
    ["offshoot.yaml:1: rehearse.tables.acc has no reason; write why this table is an exception: `reason: …`"],
  ],
  [
    "rehearse: {tables: {acc: {reason: x, until: 2026-12-31}}}\n",
    ["offshoot.yaml:1: rehearse.tables.acc has no limit; add blockedReads, blockedWrites or rewrite, or remove the exception"],
  ],
  [
    "rehearse: {tables: {acc: {reason: x, duration: 5s}}}\n",
    ['offshoot.yaml:1: unknown key "duration" in rehearse.tables.acc; valid keys: blockedReads, blockedWrites, rewrite, reason, until'],
  ],
  ["colour: blue\n", [`offshoot.yaml:1: unknown key "colour"; ${TOP}`]],
  ["existing: {host: h}\n", ['offshoot.yaml:1: unknown key "existing.host"; valid keys in "existing": url, clones']],
  [
    "\n\nneon:\n  # no secrets\n  apiKey: napi_0123456789\n",
    ['offshoot.yaml:5: unknown key "neon.apiKey"; remove it from the file and set the environment variable NEON_API_KEY instead'],
  ],
  [
    "NEON_API_KEY: napi_0123456789\n",
    ['offshoot.yaml:1: unknown key "NEON_API_KEY"; remove it from the file and set the environment variable NEON_API_KEY instead'],
  ],
  [
    "existing: {password: hunter22}\n",
    [
      'offshoot.yaml:1: unknown key "existing.password"; remove it from the file and set the environment variable OFFSHOOT_EXISTING_URL instead',
    ],
  ],
  [
    "docker: {token: hunter22}\n",
    ['offshoot.yaml:1: unknown key "docker.token"; remove it from the file, because secrets must be in environment variables'],
  ],
  ["__proto__: {provider: neon}\n", [`offshoot.yaml:1: unknown key "__proto__"; ${TOP}`]],
  ["constructor: 1\n", [`offshoot.yaml:1: unknown key "constructor"; ${TOP}`]],
  ["<<: {provider: neon}\n", [`offshoot.yaml:1: unknown key "<<"; ${TOP}`]],
  ["1: x\n", [`offshoot.yaml:1: unknown key "1"; ${TOP}`]],
  ["? [a]\n: x\n", [`offshoot.yaml:1: unknown key "[\\"a\\"]"; ${TOP}`]],
  ["provider: neno\n", [`offshoot.yaml:1: provider is "neno"; ${PROVIDERS}. Did you mean "neon"?`]],
  ["provider:\n  - neon\n  - dokcer\n", [`offshoot.yaml:3: provider is the list "neon", "dokcer"; ${PROVIDERS}. Did you mean "docker"?`]],
  ["provider: [neon, neon]\n", [`offshoot.yaml:1: provider is the list "neon", "neon"; ${PROVIDERS}`]],
  ["provider: [auto, neon]\n", [`offshoot.yaml:1: provider is the list "auto", "neon"; ${PROVIDERS}`]],
  ["provider: []\n", [`offshoot.yaml:1: provider is an empty list; ${PROVIDERS}`]],
  ["provider: {neon: true}\n", [`offshoot.yaml:1: provider is a set of keys; ${PROVIDERS}`]],
  ["provider: &a [*a]\n", ["offshoot.yaml:1: the value of an anchor contains an alias of itself; write the value without it"]],
  ["scope: pr\n", ['offshoot.yaml:1: scope is "pr"; expected run or pull-request']],
  ["scope: pull_request\n", ['offshoot.yaml:1: scope is "pull_request"; expected run or pull-request. Did you mean "pull-request"?']],
  ["ttl: 2 hours\n", [`offshoot.yaml:1: ttl is "2 hours"; ${DURATION}, at most 30d`]],
  ["ttl: 120\n", [`offshoot.yaml:1: ttl is 120; ${DURATION}, at most 30d`]],
  ["ttl: 0s\n", [`offshoot.yaml:1: ttl is "0s"; ${DURATION}, more than 0, at most 30d`]],
  ["ttl: -2h\n", [`offshoot.yaml:1: ttl is "-2h"; ${DURATION}, at most 30d`]],
  ["ttl: 31d\n", [`offshoot.yaml:1: ttl is "31d"; ${DURATION}, at most 30d`]],
  ["ttl:\n", [`offshoot.yaml:1: ttl has no value; ${DURATION}, at most 30d`]],
  ["timeouts: {migrate: 25d}\n", [`offshoot.yaml:1: timeouts.migrate is "25d"; ${TIMER}`]],
  ["timeouts: {lease: 1s}\n", [`offshoot.yaml:1: timeouts.lease is "1s"; ${DURATION}, from 2s to 24d`]],
  [
    "timeouts: 5m\n",
    ["offshoot.yaml:1: timeouts is a section and cannot have a value itself; write keys below it, such as acquire, migrate, wait"],
  ],
  ["neon:\n  compute: {suspend: 30s}\n", [`offshoot.yaml:2: neon.compute.suspend is "30s"; ${DURATION}, from 1m to 7d`]],
  ["neon: {compute: {min: 0.1}}\n", ["offshoot.yaml:1: neon.compute.min is 0.1; expected a number of compute units, at least 0.25"]],
  ["neon: {compute: {max: .inf}}\n", ["offshoot.yaml:1: neon.compute.max is Infinity; expected a number of compute units, at least 0.25"]],
  [
    "neon:\n  compute:\n    min: 4\n    max: 2\n",
    ["offshoot.yaml:3: neon.compute.min is 4; expected at most 2, the value of neon.compute.max"],
  ],
  [
    "neon: main\n",
    ["offshoot.yaml:1: neon is a section and cannot have a value itself; write keys below it, such as project, parent, parentAt"],
  ],
  ["neon: {schemaOnly: yes}\n", [`offshoot.yaml:1: neon.schemaOnly is "yes"; ${BOOLEAN}`]],
  [
    "neon: {schemaOnly: true, anonymized: true}\n",
    ["offshoot.yaml:1: neon.schemaOnly and neon.anonymized cannot both be true; remove one of them"],
  ],
  ["neon: {parentAt: yesterday}\n", [`offshoot.yaml:1: neon.parentAt is "yesterday"; ${MOMENT}`]],
  ["neon: {parentAt: 2026-01-31T12:00:00}\n", [`offshoot.yaml:1: neon.parentAt is "2026-01-31T12:00:00"; ${MOMENT}`]],
  ["neon: {apiHost: 'ftp://me:hunter22@h'}\n", ["offshoot.yaml:1: neon.apiHost is not valid; expected a URL such as https://host/path"]],
  ["postgres: 13\n", [`offshoot.yaml:1: postgres is 13; ${MAJOR}`]],
  ["postgres: '17'\n", [`offshoot.yaml:1: postgres is "17"; ${MAJOR}. Remove the quotes.`]],
  ["postgres: 17.2\n", [`offshoot.yaml:1: postgres is 17.2; ${MAJOR}`]],
  ["run: 1234\n", ["offshoot.yaml:1: run is 1234; expected one line of text. Put it in quotes."]],
  ['run: "a\\e[31m\\nb"\n', ['offshoot.yaml:1: run is "a\\u001b[31m\\nb"; expected one line of text']],
  ["docker: {image: --privileged}\n", ['offshoot.yaml:1: docker.image is "--privileged"; expected an image such as postgres:17']],
  ["existing: {url: 'mysql://u:hunter22@h/d'}\n", [`offshoot.yaml:1: existing.url is not valid; ${URL_SHAPE}`]],
  ["existing: {url: 'postgres://u:100%hunter22@h/d'}\n", [`offshoot.yaml:1: existing.url is not valid; ${URL_SHAPE}`]],
  ["existing: {url: ['hunter22']}\n", [`offshoot.yaml:1: existing.url is not valid; ${URL_SHAPE}`]],
  ["existing: {url: 'postgres:///d'}\n", [`offshoot.yaml:1: existing.url is not valid; ${URL_SHAPE}`]],
  [
    "migrations:\n  tool: knex\n  command: make\n",
    ["offshoot.yaml:2: migrations.tool and migrations.command cannot be used together; remove one of them"],
  ],
  ["migrations: {command: ''}\n", ["offshoot.yaml:1: migrations.command has no value; expected a shell command, written as one text"]],
  [
    "migrations: {command: [make, migrate]}\n",
    ["offshoot.yaml:1: migrations.command is not valid; expected a shell command, written as one text"],
  ],
  [
    "drift:\n  ignore:\n    - coments\n",
    [
      `offshoot.yaml:3: drift.ignore is the list "coments"; expected names of differences: ${NORMALISATION_CHOICES.join(", ")}. Did you mean "comments"?`,
    ],
  ],
  ["migrations:\n  files:\n    - a.sql\n    - 5\n", [`offshoot.yaml:4: migrations.files is the list "a.sql", 5; ${LIST}`]],
  ["migrations:\n  env:\n    A: x\n    PORT: 5432\n", [`offshoot.yaml:4: migrations.env.PORT is not valid; ${VARIABLES}`]],
  ["migrations:\n  env:\n    A-B: hunter22\n", [`offshoot.yaml:3: migrations.env.A-B is not valid; ${VARIABLES}`]],
  ["base: maybe\n", [`offshoot.yaml:1: base is "maybe"; ${BOOLEAN}`]],
  ["audit: true\n", ["offshoot.yaml:1: audit is true; expected a path. Put it in quotes."]],
  ["- provider: neon\n", ['offshoot.yaml:1: the file does not contain keys with values; write lines such as "provider: auto"']],
  ["just text\n", ['offshoot.yaml:1: the file does not contain keys with values; write lines such as "provider: auto"']],
  ["neon:\n\tparent: main\n", ["offshoot.yaml:2: YAML does not allow tabs for indentation; use spaces"]],
  ["ttl: 2h\nrun: a\nttl: 3h\n", ["offshoot.yaml:3: ttl is set twice; remove one of them"]],
  ["run: 'open\nttl: 2h\n", ["offshoot.yaml:3: not valid YAML: a closing ' is missing; add it before this line"]],
  ["provider: [embedded\n", ['offshoot.yaml:2: not valid YAML: a "]" is missing at the end of a list or map; add it before this line']],
  [
    "neon: {compute: {min: '2'}}\n",
    ['offshoot.yaml:1: neon.compute.min is "2"; expected a number of compute units, at least 0.25. Remove the quotes.'],
  ],
  ["run: a: b: c\n", ['offshoot.yaml:1: not valid YAML: the line contains a second ": "; put the value in quotes']],
  ["run: a\n---\nrun: b\n", ['offshoot.yaml:2: a second YAML document starts here; remove this line "---"']],
  ["run: !secret a\n", ["offshoot.yaml:1: not valid YAML: the tag !secret is not known; remove it"]],
  ["run: a\nttl: *long\n", ["offshoot.yaml:2: the anchor &long is not defined; define it before its first use"]],
  [`x: [${"*a, ".repeat(20_000)}]\na: &a x\n`, ["offshoot.yaml:1: the anchor &a is not defined; define it before its first use"]],
  [`a: &a x\nb: [${"*a, ".repeat(20_000)}]\n`, ["offshoot.yaml:2: too many aliases; write the values without aliases"]],
  [`run: ${"[".repeat(20_000)}`, ["offshoot.yaml:1: nested too deeply; use fewer levels"]],
  [BOMB, ["offshoot.yaml:2: too many aliases; write the values without aliases"]],
];

const GIVEN: readonly (readonly [string, Partial<LoadInput>, readonly string[]])[] = [
  ["a variable", { env: { OFFSHOOT_TTL: "forever" } }, [`OFFSHOOT_TTL is "forever"; ${DURATION}, at most 30d`]],
  ["a variable's alias", { env: { NEON_API_HOST: "console" } }, ["NEON_API_HOST is not valid; expected a URL such as https://host/path"]],
  ["a boolean", { env: { OFFSHOOT_BASE: "perhaps" } }, [`OFFSHOOT_BASE is "perhaps"; ${BOOLEAN}`]],
  ["a property of every object", { env: { OFFSHOOT_BASE: "constructor" } }, [`OFFSHOOT_BASE is "constructor"; ${BOOLEAN}`]],
  ["a number", { env: { OFFSHOOT_POSTGRES: "seventeen" } }, [`OFFSHOOT_POSTGRES is "seventeen"; ${MAJOR}`]],
  [
    "a list",
    { env: { OFFSHOOT_PROVIDER: "neon, embeded" } },
    [`OFFSHOOT_PROVIDER is the list "neon", "embeded"; ${PROVIDERS}. Did you mean "embedded"?`],
  ],
  ["a line without a name", { env: { OFFSHOOT_MIGRATIONS_ENV: "A=1\nhunter22" } }, [`OFFSHOOT_MIGRATIONS_ENV is not valid; ${VARIABLES}`]],
  ["a secret", { env: { OFFSHOOT_EXISTING_URL: "hunter22" } }, [`OFFSHOOT_EXISTING_URL is not valid; ${URL_SHAPE}`]],
  ["a flag", { flags: { provider: "dcoker" } }, [`--provider is "dcoker"; ${PROVIDERS}. Did you mean "docker"?`]],
  ["a nested flag", { flags: { "neon.schemaOnly": "si" } }, [`--set neon.schemaOnly is "si"; ${BOOLEAN}`]],
  ["an empty flag", { flags: { run: " " } }, ["--run has no value; expected one line of text"]],
  ["a flag of another type", { flags: { ttl: 7_200_000 } }, [`--ttl is 7200000; ${DURATION}, at most 30d`]],
  ["an option that does not exist", { flags: { colour: "blue" } }, ['--set colour: unknown setting "colour"']],
  [
    "an option that is misspelt",
    { flags: { "neon.projct": "p" } },
    ['--set neon.projct: unknown setting "neon.projct". Did you mean "neon.project"?'],
  ],
  ["an option of a library call", { options: { ttl: 5 } }, [`settings.ttl is 5; ${DURATION}, at most 30d`]],
  ["a nested option", { options: { "neon.schemaOnly": "si" } }, [`settings["neon.schemaOnly"] is "si"; ${BOOLEAN}`]],
  [
    "an option of a library call that is misspelt",
    { options: { provder: "neon" } },
    ['settings.provder: unknown setting "provder". Did you mean "provider"?'],
  ],
  ["a value from the CI service", { ci: { postgres: 9 } }, [`postgres (from the CI service) is 9; ${MAJOR}`]],
];

describe("a wrong setting", () => {
  test.each(FILES.map(([text, lines]) => [text.slice(0, 80), text, lines] as const))(
    "in the file %j is reported with its line",
    async (_start, text, lines) => {
      const error = await failureOf(loadText(text));
      expect(error.message.split("\n")).toEqual(lines);
      expect(error).toMatchObject({ code: "CONFIG_INVALID", exitCode: 2 });
      expect(JSON.stringify(error) + String(error.stack)).not.toContain("hunter22");
    },
  );

  test.each(GIVEN)("in %s is reported with its source", async (_name, input, lines) => {
    const error = await failureOf(loadText(undefined, input));
    expect(error.message.split("\n")).toEqual(lines);
    expect(JSON.stringify(error) + String(error.stack)).not.toContain("hunter22");
  });

  test("of a flag alone is reported as one of the command, and not of a file", async () => {
    const one = await failureOf(loadText("", { flags: { ttl: "31d" } }));
    expect(one).toMatchObject({ meaning: "Nothing was done.", remedy: expect.stringMatching(/^Correct the flag, .* With --help/) });
    const set = await failureOf(loadText("", { flags: { "neon.compute.min": "x", ttl: "31d" } }));
    expect(set.remedy).toMatch(/^Correct these flags, .*The README of offshoot/);
  });

  test("is reported together with all others: flags, variables, then the file from first to last line", async () => {
    const text = "migrations: {tool: knex, command: make}\nttl: soon\nscope: all\nneon: {compute: {min: 2, max: 1}}\ncolor: 1\n";
    const error = await failureOf(loadText(text, { flags: { ttl: "later" }, env: { OFFSHOOT_BASE: "x" } }));
    expect(error.message.split("\n")).toEqual([
      `--ttl is "later"; ${DURATION}, at most 30d`,
      `OFFSHOOT_BASE is "x"; ${BOOLEAN}`,
      "offshoot.yaml:1: migrations.tool and migrations.command cannot be used together; remove one of them",
      `offshoot.yaml:2: ttl is "soon"; ${DURATION}, at most 30d`,
      'offshoot.yaml:3: scope is "all"; expected run or pull-request',
      "offshoot.yaml:4: neon.compute.min is 2; expected at most 1, the value of neon.compute.max",
      `offshoot.yaml:5: unknown key "color"; ${TOP}`,
    ]);
    expect(error).toMatchObject({ meaning: "The configuration has 7 problems. Nothing was done.", facts: { problems: 7 } });
  });
});

test("a list in a variable is split at commas outside of braces, in a time that grows with the text", () => {
  const { fromText } = VALUE_FORMATS.list;
  expect(fromText?.("a.{sql,ts} , b,,c}d,e{f,g\nh")).toEqual(["a.{sql,ts} , b,,c}d", "e{f", "g", "h"]);
  const start = performance.now();
  // 200,000 commas need more than a minute when the rest of the text is searched after each of them.
  expect(fromText?.("a,".repeat(200_000))).toHaveLength(200_000);
  expect(performance.now() - start).toBeLessThan(1000);
});

test("of a long wrong list, the message shows the first items", () => {
  const field = fieldAt("provider");
  if (field === undefined) throw new Error("There is no such setting.");
  const checked = checkValue(field, Array<string>(12).fill("a"), "provider");
  expect(checked).toHaveProperty("problem", expect.stringMatching(/is the list ("a", ){9}"a" and 2 more; expected/));
});
