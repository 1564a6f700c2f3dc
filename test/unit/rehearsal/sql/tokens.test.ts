import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokensOf } from "../../../../src/rehearsal/sql/tokens.ts";

test("reads any text in order, without overlap and without an error", () => {
  const text = fc.array(
    fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("'", '"', "$$", "$a$", "/*", "*/", "--", "\n", "E'", "\\", "1e")),
    {
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(text, (parts) => {
      const sql = parts.join("");
      let at = 0;
      for (const token of tokensOf(sql)) {
        expect(token.at).toBeGreaterThanOrEqual(at);
        expect(sql.startsWith(token.text, token.at)).toBe(true);
        expect(token.text).not.toBe("");
        at = token.at + token.text.length;
      }
    }),
    { numRuns: 500, seed: 3 },
  );
});
