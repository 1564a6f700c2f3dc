import type { StatementPart } from "../measure/parts.ts";
import type { KnownNames } from "./known.ts";
import { type Advice, inWords } from "./advice.ts";
import type { TableFacts } from "../table-facts.ts";
import { withSafeBatches } from "./hindrances.ts";
import { inBatchesOf } from "./batches.ts";
import { lower, splitAtCommas, textOf } from "../sql/alter-table.ts";
import { forActions } from "./actions.ts";
import { forPartitionedIndex, type Partitions } from "./partitioned-index.ts";
import { withoutTransaction } from "./without-transaction.ts";

/** What helps in general, when a statement itself cannot be replaced. */
const SHORT = "Run the statement in a transaction of its own, with a lock_timeout of some seconds, and try again when that time passes.";

const OF_PARTITIONED = `Postgres cannot drop the index of a partitioned table concurrently. ${SHORT}`;

/** What an advice depends on besides the statement. */
export interface AdviceOptions {
  /** The migration tool, in whose words the advice is. */
  readonly tool?: string | undefined;
  /** The table of a new index is partitioned. */
  readonly isPartitioned?: boolean | undefined;
  /** An index of the statement is that of a partitioned table. */
  readonly hasPartitionedIndex?: boolean | undefined;
  /** The partitions of that table. */
  readonly partitions?: Partitions | undefined;
  /** The names that exist. */
  readonly known?: KnownNames | undefined;
  /** The table before the migrations. */
  readonly facts?: TableFacts | undefined;
}

/**
 * The safer way for a statement on a server of this major version (PostgreSQL documentation, "ALTER TABLE", "CREATE INDEX" and
 * so on). Pure.
 */
export function advise(
  part: StatementPart | undefined,
  major: number,
  { tool, isPartitioned = false, hasPartitionedIndex = false, partitions, known, facts }: AdviceOptions = {},
): Advice {
  if (part?.kind === "drop index" && hasPartitionedIndex) return inWords(OF_PARTITIONED);
  const found =
    isPartitioned && part?.kind === "create index"
      ? (forPartitionedIndex(part.tokens, partitions, new Set(known?.taken)) ?? inWords(SHORT))
      : adviceFor(part, major, known);
  const advice = part?.kind === "alter table" ? withSafeBatches(found, facts) : found;
  return /outside of a transaction/.test(advice.text)
    ? { ...advice, text: advice.text + withoutTransaction(tool, part?.kind === "alter table") }
    : advice;
}

function adviceFor(part: StatementPart | undefined, major: number, known: KnownNames | undefined): Advice {
  if (part === undefined) return inWords(SHORT);
  const { tokens, kind } = part;
  const whole = textOf(tokens);
  switch (kind) {
    case "alter table":
      return forActions(tokens, major, known) ?? inWords(SHORT);
    case "create index":
      return {
        text: "Build the index concurrently, outside of a transaction. Writers are then not blocked.",
        sql: [textOf(insertAfter(tokens, "index", "concurrently"))],
        isRunnable: true,
      };
    case "drop index":
      return forDropIndex(tokens);
    case "reindex":
      return forReindex(tokens, whole);
    case "refresh materialized view":
      if (/\b(concurrently|with\s+no\s+data)\b/i.test(whole)) return inWords(SHORT);
      return inWords(
        "Refresh it concurrently, so that readers are not blocked. The view needs a unique index without a condition for that.",
        [textOf(insertAfter(tokens, "view", "concurrently"))],
      );
    case "vacuum full":
    case "cluster":
      return inWords(
        "Postgres can do this only by writing all rows under a strong lock. An ordinary VACUUM blocks nobody; the extension pg_repack writes a table again beside its use.",
      );
    case "truncate":
      return inWords("TRUNCATE needs a strong lock for a moment only. Run it in a transaction of its own.");
    case "update":
    case "delete":
    case "merge":
      return inBatchesOf(tokens, kind);
    case "create index concurrently":
    case "copy":
    case "insert":
    case "other":
    case "read":
    case "set":
    case "transaction":
      return inWords(SHORT);
    default:
      return kind satisfies never;
  }
}

/** The safer way where a lock was held while another statement ran. `otherMigration`: the tool, if it is one of another migration. */
export function adviseToCommit(otherMigration: string | undefined): Advice {
  if (otherMigration === undefined)
    return inWords(
      "End the transaction before what held the lock: locks are held until the end of the transaction. Put the two into two migrations.",
    );
  const way = otherMigration === "alembic" ? " With alembic: transaction_per_migration=True of context.configure, in env.py." : "";
  return inWords(
    `The tool ran both migrations in one transaction, and locks are held until its end. Set the tool to run each migration in a transaction of its own.${way}`,
  );
}

/** Concurrently, Postgres drops one index at a time, and not what depends on it (PostgreSQL documentation, "DROP INDEX"). */
function forDropIndex(tokens: StatementPart["tokens"]): Advice {
  const words = tokens.map(lower);
  if (words.includes("concurrently")) return inWords(SHORT);
  if (words.includes("cascade"))
    return inWords("Drop what depends on the index first, and then the index concurrently, outside of a transaction.");
  const start = words[2] === "if" ? 4 : 2;
  const head = ["drop index concurrently", ...(start === 4 ? ["if exists"] : [])].join(" ");
  return {
    text: "Drop the index concurrently, outside of a transaction.",
    sql: splitAtCommas(tokens.slice(start)).map((name) => `${head} ${textOf(name)}`),
    isRunnable: true,
  };
}

function forReindex(tokens: StatementPart["tokens"], whole: string): Advice {
  if (/\b(concurrently|system)\b/i.test(whole)) return inWords(SHORT);
  const object = ["index", "table", "schema", "database"].find((word) => tokens.some((token) => lower(token) === word)) ?? "index";
  return {
    text: "Build it again concurrently, outside of a transaction. Nobody is then blocked.",
    sql: [textOf(insertAfter(tokens, object, "concurrently"))],
    isRunnable: true,
  };
}

function insertAfter(tokens: StatementPart["tokens"], word: string, added: string): StatementPart["tokens"] {
  const at = tokens.findIndex((token) => lower(token) === word);
  return [...tokens.slice(0, at + 1), { kind: "word", text: added, at: Number.NaN }, ...tokens.slice(at + 1)];
}
