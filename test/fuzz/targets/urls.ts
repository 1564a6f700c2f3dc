import * as fc from "fast-check";
import { parseSource } from "../../../src/drift/source.ts";
import { hostFromRemote, repositoryFromRemote } from "../../../src/identity/git-remote.ts";
import { transportOf } from "../../../src/postgres/tls.ts";
import { withOwnSettings } from "../../../src/postgres/session-settings.ts";
import { describeUrl, directUrl, formatUrl, isPooledHost, parseUrl, readPostgresUrl, withDatabase } from "../../../src/postgres/url.ts";
import { secretsOf, variablesOfUrl } from "../../../src/providers/variables.ts";
import { redact } from "../../../src/redact.ts";
import { urlPasswords } from "../../../src/url-passwords.ts";
import { changedText } from "../hostile.ts";
import { target } from "../target.ts";

const URLS = [
  "postgresql://ada:p%40ss@ep-calm-sky-1-pooler.eu-central-1.aws.neon.tech/app?sslmode=require&channel_binding=require",
  "postgres://u@[::1]:5432/d",
  "postgres://localhost",
  "postgresql://u:p@h1:1,h2:2/d?target_session_attrs=any",
  "postgresql:///d?host=/tmp",
  "git@github.com:acme/shop.git",
  "https://user:token@gitlab.example:8443/group/sub/shop.git",
  "branch:main@2026-01-31T12:00:00Z",
];
const WORDS = [
  "://",
  ":",
  "@",
  "/",
  "?",
  "#",
  "&",
  "%",
  "%2F",
  "[",
  "]",
  "sslmode=",
  "verify-full",
  "options=-c%20a%3Db",
  "sslrootcert=",
  "-pooler",
  ".",
  "0x7f.1",
  "１",
  "xn--",
  "65536",
  "\\",
  "branch:",
  "@0/1A",
];

export const urls = target({
  name: "URLs",
  input: fc.record({ text: changedText(URLS, WORDS), variable: changedText(URLS, WORDS) }),
  read({ text, variable }) {
    const env = { DATABASE_URL: variable };
    return [
      ...each(
        () => repositoryFromRemote(text),
        () => hostFromRemote(text),
        () => isPooledHost(text),
        () => redact(text, [variable]),
        () => urlPasswords(text),
        () => urlPasswords(text.repeat(20)),
        () => parseSource(text, "--actual", env),
        () => readPostgresUrl(text, "--url", env),
        () => readPostgresUrl("DATABASE_URL", "--url", env),
      ),
      used(text),
    ];
  },
});

/** What commands do with a URL that was accepted. */
function used(text: string): unknown {
  const direct = directUrl(text);
  const parts = parseUrl(direct);
  return [
    parseUrl(formatUrl(parts)),
    describeUrl(direct),
    withDatabase(direct, parts.database),
    variablesOfUrl(direct),
    secretsOf({ url: text, directUrl: direct }),
    parseUrl(withOwnSettings(direct)),
    transportOf(direct),
  ];
}

/** All of these, also when one throws: the first error is thrown at the end. */
function each(...readers: readonly (() => unknown)[]): readonly unknown[] {
  const errors: unknown[] = [];
  const results = readers.map((read) => {
    try {
      return read();
    } catch (thrown) {
      errors.push(thrown);
      return undefined;
    }
  });
  const unknown = errors.find((thrown) => !(thrown instanceof Error) || thrown.name !== "OffshootError");
  if (unknown !== undefined) throw unknown;
  return results;
}
