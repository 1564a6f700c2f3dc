import { inWords } from "../advice/advice.ts";
import { found } from "../finding.ts";
import type { Blamed } from "../measure/blame.ts";
import type { Explained } from "../measure/measure.ts";
import { lockTimeouts } from "../measure/lock-timeouts.ts";
import { blocks, LOCK_MODES, type LockMode, modeName } from "../observe/lock-modes.ts";
import type { ReadStatement } from "../measure/statements.ts";
import type { TableChange } from "../measure/tables.ts";
import type { RoleSettings } from "../role-settings.ts";
import { certainLocks } from "../sql/certain-lock.ts";
import { changesSchema } from "../sql/kinds.ts";
import type { Judged } from "./judged.ts";
import { mentions } from "../sql/names.ts";
import { indexOf } from "./tables.ts";
import { placeOf } from "./place.ts";
import { type Shown, subjectOf } from "./subject.ts";

/** A strong lock that a statement requested. */
interface Request {
  readonly change: TableChange;
  readonly blamed: Blamed;
  readonly mode: LockMode;
  readonly fromMs: number;
  readonly index: string;
}

/**
 * One finding for all: a request for a strong lock waits behind every long query or transaction, and others wait behind the request.
 * It is about the first of the strongest locks. Pure.
 */
export function judgeTimeout(
  { tables, allStatements }: Pick<Explained, "tables" | "allStatements">,
  { limits }: RoleSettings,
  shown: Shown,
): readonly Judged[] {
  const hasTimeout = lockTimeouts(allStatements, limits["lock_timeout"] !== undefined);
  const used = tables.filter(({ change }) => change.rows !== 0);
  const seen = used.flatMap(({ change, reads, writes }) =>
    [...reads, ...writes].flatMap(({ wait, blamed }): readonly Request[] =>
      blamed === undefined ? [] : [{ change, blamed, mode: wait.firstMode, fromMs: wait.fromMs, index: indexOf(change, wait, blamed) }],
    ),
  );
  const [first] = [...seen, ...unseenRequests(used, allStatements)]
    .filter(({ blamed }) => changesSchema(blamed.part.kind) && !hasTimeout(blamed))
    .toSorted((one, other) => LOCK_MODES.indexOf(other.mode) - LOCK_MODES.indexOf(one.mode) || one.fromMs - other.fromMs);
  if (first === undefined) return [];
  const { subject } = subjectOf(first.blamed, shown);
  const advice = inWords(
    "Set lock_timeout at the start of the migration, or for the role of the migrations, and try again when it fails.",
    ["set lock_timeout = '5s'"],
  );
  const { index } = first;
  const on = index === "" ? {} : { index: index.replace(/^the index | of $/g, "") };
  const facts = { ...subject, advice: advice.text, sql: advice.sql, lock: modeName(first.mode), ...on };
  const at = placeOf(first.blamed, shown.files);
  return [{ finding: found("lock-without-timeout", { kind: "table", name: first.change.table.shown }, facts, { at }) }];
}

/** Whether a look sees the lock of a short statement is chance. What its text shows is not. */
function unseenRequests(tables: Explained["tables"], statements: readonly ReadStatement[]): readonly Request[] {
  const unseen = tables.filter(({ change }) => change.isUnseen);
  if (unseen.length === 0) return [];
  return statements.flatMap((statement) =>
    statement.sent.sqlstate !== undefined
      ? []
      : statement.parts.flatMap((part) =>
          certainLocks(part.tokens).flatMap(({ name, mode }): readonly Request[] => {
            const table = unseen.find(({ change }) => change.relations.some((relation) => mentions([name], relation)));
            if (table === undefined || mode === undefined || !blocks(mode, "write")) return [];
            return [{ change: table.change, blamed: { statement, part }, mode, fromMs: statement.startMs, index: "" }];
          }),
        ),
  );
}
