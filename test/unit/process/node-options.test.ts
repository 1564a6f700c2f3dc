import { expect, test } from "vitest";
import { withOwnNodeOptions } from "../../../src/process/node-options.ts";

test.each([
  ["--use-openssl-ca --max-old-space-size=4096", { NODE_OPTIONS: "--use-openssl-ca" }],
  ["--dns-result-order=ipv4first --inspect=9229", { NODE_OPTIONS: "--dns-result-order=ipv4first" }],
  ["--import=file:///opt/names.mjs --import tsx", { NODE_OPTIONS: "--import=file:///opt/names.mjs" }],
  ["--require ./register.js", {}],
  ["", {}],
  [undefined, {}],
])("background programs get of NODE_OPTIONS=%j only %j", (given, kept) => {
  expect(withOwnNodeOptions({ PATH: "/bin", NODE_OPTIONS: given })).toEqual({ PATH: "/bin", ...kept });
});

test("background programs do not know that Node watches the files of a command", () => {
  expect(withOwnNodeOptions({ PATH: "/bin", WATCH_REPORT_DEPENDENCIES: "1" })).toEqual({ PATH: "/bin" });
});
