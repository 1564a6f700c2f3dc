import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findPeer } from "../../support/peers.ts";
import { PAGE, withTable } from "../../support/rehearsal/page.ts";
import { PATTERNS } from "../../support/rehearsal/patterns.ts";
import { squawkRules } from "../../support/rehearsal/squawk.ts";

const program = findPeer("squawk");

test.runIf(program !== undefined)(
  "the page of the patterns has what squawk reports (otherwise run test/support/rehearsal/page.ts)",
  async () => {
    const page = readFileSync(PAGE, "utf8");
    expect(page).toBe(withTable(page, await squawkRules(program ?? "", PATTERNS)));
  },
);
