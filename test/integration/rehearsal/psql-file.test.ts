import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { tokensOfFile } from "../../../src/rehearsal/sql/psql-file.ts";
import { keyOf, statementsIn } from "../../../src/postgres/sql/split.ts";
import { newDatabase } from "../../support/new-database.ts";
import { findPeer } from "../../support/peers.ts";

const FILE = `\\set ON_ERROR_STOP 1
\\set table a
begin; create table a (x text, y text);
copy a (x, y) from stdin;
it's\t"a;
$$\t/* b
\\.
alter table a add column z int; copy a (x) from stdin; COPY a (x) FROM STDIN with (format csv); select 1;
$tag$
\\.
"it's
two lines"
\\.
/* a comment;
with lines */ select 'a;
\\g' as s \\gset
\\copy a (x) from stdin csv
it's
\\.
\\echo it''s 'done \\\\ ' \\\\ select 2 \\; select 3;
\\copy a(y) from program 'echo its' with (format csv)
\\echo it's \\\\ select 9;
copy a (x) from stdin \\g
it's
\\.
select 4 as n \\g
do $$ begin perform 'x;'; end $$;
create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end;
commit;
`;

const psql = findPeer("psql");
const folder = await mkdtemp(join(tmpdir(), "offshoot-psql-"));
afterAll(() => rm(folder, { recursive: true }));

test.skipIf(psql === undefined)(
  "reads the same statements in a file as psql, whose log shows what it sends",
  { timeout: 60_000 },
  async () => {
    const file = join(folder, "file.sql");
    await writeFile(file, FILE);
    const log = join(folder, "log");
    await promisify(execFile)(psql ?? "", [
      await newDatabase("psql_file"),
      "-X",
      "-q",
      "-o",
      join(folder, "results"),
      "-f",
      file,
      "-L",
      log,
    ]);
    const sent = [...(await readFile(log, "utf8")).matchAll(/^\*+ QUERY \*+\n([^]*?)\n\*+\n/gm)].map(([, query = ""]) => query);
    const shown = sent.flatMap((query) => statementsIn(query)).map(({ tokens }) => keyOf(tokens));
    expect(shown).toContain("select 4 as n");
    expect(statementsIn(FILE, tokensOfFile(FILE)).map(({ tokens }) => keyOf(tokens))).toEqual(shown);
  },
);
