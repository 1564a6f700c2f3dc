import { withSession } from "./session.ts";

const TOKENS = /--[^\n]*\n?|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[^]*?\$\1\$|;|[^]/g;

/** Runs a script like `psql -v ON_ERROR_STOP=1 -f`: one statement after the other, in one session. */
export async function runScript(url: string, text: string): Promise<void> {
  const statements: string[] = [""];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === ";") statements.push("");
    else if (!token.startsWith("--")) statements[statements.length - 1] += token;
  }
  await withSession(url, async (session) => {
    for (const statement of statements.filter((each) => each.trim() !== "")) await session.query(statement);
  });
}
