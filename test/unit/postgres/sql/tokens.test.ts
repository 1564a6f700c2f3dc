import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

/** Lone surrogates included. */
const anyUnit = fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code));

test("reads any text in order, without overlap and without an error", () => {
  const text = fc.array(
    fc.oneof(fc.string({ unit: anyUnit }), fc.constantFrom("'", '"', "$$", "$a$", "/*", "*/", "--", "\n", "E'", "\\", "1e")),
    {
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(text, (parts) => {
      const sql = parts.join("");
      const tokens = tokensOf(sql);
      const isWrong = ({ text: own, at }: (typeof tokens)[number], index: number): boolean => {
        const before = tokens[index - 1];
        return own === "" || !sql.startsWith(own, at) || (before !== undefined && before.at + before.text.length > at);
      };
      expect(tokens.filter(isWrong)).toEqual([]);
    }),
    { numRuns: 500, seed: 3 },
  );
});
