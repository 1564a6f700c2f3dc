import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test.each([
  ["pages", { runId: "branch-fix/outbox-order", invocation: "https://7hq2k1xy.shop.pages.dev" }],
  ["workers", { runId: "branch-main", invocation: "6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d" }],
])("a build of Cloudflare (%s) belongs to its git branch, and may be for production", (name, facts) => {
  expect(detectCi(ciFixture(`cloudflare/${name}`).env)).toMatchObject({ service: "cloudflare", deployment: "unknown", facts });
});
