const KINDS = new Set(["url", "uri", "dsn", "string"]);
const THINGS = new Set([
  "db",
  "database",
  "postgres",
  "postgresql",
  "pg",
  "neon",
  "connection",
  "conn",
  "prisma",
  "direct",
  "pooled",
  "unpooled",
  "jdbc",
  "redis",
  "mongo",
  "amqp",
]);
const ALONE = new Set(["dsn", "password", "passwd", "connectionstring", "databaseurl", "dburl", "apikey"]);

/** A last word that makes the name that of a fact about a secret: `db_url_changed`, `password_policy`. */
const FACTS = new Set(
  `changed changes check checks connector connectors count enabled exists expired expires file files found id kind length matches missing
  name ok path policy present protected protocol ready required reset rotated rounds scan set size source status strength type valid
  version`.split(/\s+/),
);

/** A first word that makes the name that of a yes or no: `has_db_url`. */
const QUESTIONS = new Set("can did enable has have is must need needs no should skip use uses was with without".split(" "));

/** A word between that makes the URL that of a page: `neon_console_url`. */
const PAGES = new Set("admin branch console dashboard diff docs doc issue page preview project report run schema studio ui web".split(" "));

/**
 * Whether the name of an output or a variable says that it holds a secret: `db_url`, `connection-uri`, `PGPASSWORD`. A
 * name is compared word by word, since `llm_connections` is not a connection string.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  if (FACTS.has(words.at(-1) ?? "") || QUESTIONS.has(words[0] ?? "")) return false;
  if (words.some((word) => ALONE.has(word) || word === "pgpassword")) return true;
  return (
    words.some(
      (word, at) => THINGS.has(word) && words.slice(at + 1).some((next, end) => KINDS.has(next) && !PAGES.has(words[at + end] ?? "")),
    ) || /(?:^|_)(?:api|secret)_key$/.test(words.join("_"))
  );
}
