import { expect, test } from "vitest";
import { rereadIfDropped } from "../../../../src/providers/local/reread.ts";

const session = (): { lost: AbortSignal } => ({ lost: new AbortController().signal });
const failsWith =
  (code: string, times: number): (() => Promise<string>) =>
  () =>
    times-- > 0 ? Promise.reject(Object.assign(new Error("refused"), { code })) : Promise.resolve("read");

test.each(["3D000", "42704"])("reads up to five times while databases are dropped (%s)", async (code) => {
  await expect(rereadIfDropped(session(), failsWith(code, 4))).resolves.toBe("read");
  await expect(rereadIfDropped(session(), failsWith(code, 5))).rejects.toThrow("refused");
});

test("does not repeat what fails for another reason, or after the end of the session", async () => {
  await expect(rereadIfDropped(session(), failsWith("42501", 1))).rejects.toThrow("refused");
  await expect(rereadIfDropped({ lost: AbortSignal.abort() }, failsWith("3D000", 1))).rejects.toThrow("refused");
});
