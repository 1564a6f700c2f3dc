// @module-tag proof
// The judge is the server: the same catalog after a statement, and after what a rehearsal advises in its place.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { findMajor, twoMajors } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { adviserOf } from "../../support/rehearsal/advised-statements.ts";
import { VARIANTS, VARIANTS_18, VARIED_TABLES } from "../../support/rehearsal/statement-variants.ts";
import { type Session, withSession } from "../../support/session.ts";
import { sharedServer } from "../../support/shared-server.ts";

const MAJORS = await Promise.all(twoMajors().map(async (major) => [major, await findMajor(major)] as const));

/**
 * As the server describes its objects: nothing of it is read from a statement. Whether the constraint of a partition was there before
 * that of its parent makes no difference: it cannot be dropped on its own.
 */
const CATALOG: readonly string[] = [
  `select c.oid::regclass::text || '.' || attname || ' ' || concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity::text, attgenerated::text,
     attcollation::regcollation::text, attstorage::text, attcompression::text, pg_get_expr(adbin, adrelid)) as fact
   from pg_class c join pg_attribute a on attrelid = c.oid and attnum > 0 and not attisdropped left join pg_attrdef d on adrelid = c.oid and adnum = attnum
   where relnamespace = 'app'::regnamespace and relkind in ('r', 'p')`,
  `select concat_ws(' ', conrelid::regclass, conname, contype::text, convalidated, condeferrable, condeferred, coninhcount, case when conparentid = 0 and not (contype = 'n' and coninhcount > 0) then concat_ws(' ', conislocal, connoinherit) end,
     pg_get_constraintdef(c.oid), conindid::regclass, conparentid <> 0, to_jsonb(c) ->> 'conenforced') as fact
   from pg_constraint c where connamespace = 'app'::regnamespace`,
  `select concat_ws(' ', indexrelid::regclass, indisvalid, indimmediate, indisprimary, pg_get_indexdef(indexrelid), reloptions, reltablespace,
     (select inhparent::regclass from pg_inherits where inhrelid = indexrelid)) as fact
   from pg_index join pg_class c on c.oid = indexrelid where relnamespace = 'app'::regnamespace`,
  `select concat_ws(' ', seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle,
     (select refobjid::regclass || '.' || '.' || refobjsubid || deptype::text from pg_depend where objid = seqrelid and classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass)) as fact
   from pg_sequence`,
  "select concat_ws(' ', tgrelid::regclass, tgname, tgenabled) as fact from pg_trigger where not tgisinternal",
  "select oid::regprocedure::text as fact from pg_proc where pronamespace = 'app'::regnamespace",
];

async function catalogOf(session: Session): Promise<readonly string[]> {
  const facts: string[] = [];
  for (const query of CATALOG) facts.push(...(await session.query<{ fact: string }>(query)).map(({ fact }) => fact));
  return facts.toSorted();
}

/** In a transaction that is rolled back, so that thousands of statements need one database. */
async function after(session: Session, statements: readonly string[]): Promise<readonly string[] | string> {
  await session.query("begin");
  try {
    for (const each of statements) {
      const sql = each.replace(/\bconcurrently\b/, "");
      if (sql !== "begin" && sql !== "commit") await session.query(sql);
    }
    return await catalogOf(session);
  } catch (thrown) {
    return `failed: ${String(thrown)}`;
  } finally {
    await session.query("rollback");
  }
}

/** Pastes statements as they are printed. */
const psql = async (url: string, statements: readonly string[]): Promise<void> => {
  const run = promisify(execFile)("psql", ["-X", "-q", "-d", url, "-v", "ON_ERROR_STOP=1"]);
  run.child.stdin?.end(statements.map((each) => `${each};\n`).join(""));
  await run;
};

describe.each(MAJORS.filter(([, binaries]) => binaries !== undefined))("PostgreSQL %i", (major, binaries) => {
  const all = major >= 18 ? [...VARIANTS, ...VARIANTS_18] : VARIANTS;
  let server: string;
  const prepared = async (): Promise<string> => {
    const url = await newDatabase("advice_exact", { server, template: "template0" });
    await withSession(url, (session) => session.query(VARIED_TABLES));
    return url;
  };
  beforeAll(async () => {
    ({ url: server } = await sharedServer(major === 18 ? undefined : binaries));
  }, 120_000);

  test("the advised statements leave what the original leaves, or none are printed", { timeout: 600_000 }, async () => {
    const url = await prepared();
    const wrong: unknown[] = [];
    let compared = 0;
    await withSession(url, async (session) => {
      const adviceFor = await adviserOf(session);
      for (const sql of all) {
        const original = await after(session, [sql]);
        // The server refuses some combinations.
        if (typeof original === "string") continue;
        const advised = adviceFor(sql);
        if (advised.length === 0) continue;
        compared += 1;
        const result = await after(session, advised);
        if (typeof result === "string") wrong.push({ sql, advised, result });
        else if (result.join("\n") !== original.join("\n")) {
          wrong.push({
            sql,
            advised,
            lost: original.filter((each) => !result.includes(each)),
            added: result.filter((each) => !original.includes(each)),
          });
        }
      }
    });
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });

  test("a part of them, pasted into psql as printed, does too", { timeout: 600_000 }, async () => {
    const pasted = all.filter(
      (sql, at) => at % 40 === 0 || (sql.includes("app.ev") && !sql.includes("check")) || sql.includes("serial unique"),
    );
    for (const sql of pasted) {
      const [url, other] = [await prepared(), await prepared()];
      const advised = await withSession(other, async (session) => (await adviserOf(session))(sql));
      if (advised.length === 0) continue;
      const isDone = await psql(url, [sql]).then(
        () => true,
        () => false,
      );
      if (!isDone) continue;
      await psql(other, advised);
      const [original, result] = [await withSession(url, catalogOf), await withSession(other, catalogOf)];
      expect({ sql, catalog: result }).toEqual({ sql, catalog: original });
    }
  });

  test("an identity column continues after the numbers of the old and the new rows", async () => {
    const url = await prepared();
    await withSession(url, async (session) => {
      const advised = (await adviserOf(session))(
        "alter table app.orders add column x int generated always as identity (increment by 5) unique",
      );
      for (const each of advised) {
        await session.query(each);
        if (each.includes("set default")) await session.query("insert into app.orders (id, n) values (1001, 1)");
      }
      await session.query("insert into app.orders (id, n) values (1002, 1)");
      const [row] = await session.query("select count(*)::int as rows, count(distinct x)::int as numbers, max(x) as last from app.orders");
      expect(row).toEqual({ rows: 52, numbers: 52, last: 1 + 5 * 51 });
    });
  });

  test("what an index and a constraint on it cannot have is not printed", async () => {
    const url = await prepared();
    const words = [
      "alter table app.orders add constraint ex exclude using gist (span with &&)",
      "alter table app.orders add column x app.posint default 1",
      "alter table app.orders add constraint o unique (wide, span without overlaps)",
      "alter table app.orders add constraint o unique (code) not enforced",
      "alter table only app.par alter column k set not null",
      "alter table app.ev drop constraint p, add constraint p unique (id, at, k)",
      "drop index app.orders_code_idx cascade",
      "refresh materialized view app.mv with no data",
    ];
    await withSession(url, async (session) => {
      const adviceFor = await adviserOf(session);
      expect(words.filter((sql) => adviceFor(sql).length > 0)).toEqual([]);
    });
  });
});
