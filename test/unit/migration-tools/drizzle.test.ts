import { expect, test } from "vitest";
import { detectTool } from "../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";
import { inFolder } from "../../support/folder.ts";

test.each(["null", "[]", "{", '{"entries":null}', '{"entries":[null]}', '{"entries":[{"idx":"0","tag":"0000_a"}]}'])(
  "a journal of Drizzle with the content %s is named in the error",
  (journal) =>
    inFolder({ "drizzle.config.ts": "", "drizzle/meta/_journal.json": journal }, async (folder) => {
      await expect(detectTool(repositoryIn(folder))).rejects.toMatchObject({
        code: "USAGE",
        message: "drizzle/meta/_journal.json is not a journal of drizzle-kit.",
      });
    }),
);
