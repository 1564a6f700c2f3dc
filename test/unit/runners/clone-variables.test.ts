import { expect, test } from "vitest";
import type { DirectUrl } from "../../../src/postgres/url.ts";
import type { Clone, Database } from "../../../src/providers/provider.ts";
import { cloneVariables } from "../../../src/runners/clone-variables.ts";

test("the URL of a clone on Neon leads around the pooler, which would keep sessions open in it", () => {
  const direct = "postgresql://ada:secret@ep-cool-sky-1.eu-central-1.aws.neon.tech/clone?sslmode=verify-full";
  const clone = { name: "one", url: direct.replace("ep-cool-sky-1", "ep-cool-sky-1-pooler"), directUrl: direct as DirectUrl } as Clone;
  expect(cloneVariables({ provider: "neon", id: "br-1" } as Database, clone)).toMatchObject({
    DATABASE_URL: direct,
    DATABASE_URL_UNPOOLED: direct,
    OFFSHOOT_DATABASE_ID: "br-1~one",
    PGHOST: "ep-cool-sky-1.eu-central-1.aws.neon.tech",
  });
});
