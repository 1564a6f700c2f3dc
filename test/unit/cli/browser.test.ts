import { expect, test } from "vitest";
import { browserCommand } from "../../../src/cli/browser.ts";

const url = "https://console.example/b";

test("a browser is opened where there is a screen", () => {
  expect(browserCommand(url, {}, "darwin")).toEqual(["open", url]);
  expect(browserCommand(url, { DISPLAY: ":0" }, "linux")).toEqual(["xdg-open", url]);
  expect(browserCommand(url, { WAYLAND_DISPLAY: "wayland-0" }, "linux")).toEqual(["xdg-open", url]);
  expect(browserCommand(url, {}, "linux")).toBeUndefined();
});

test("no browser is opened on another machine, over SSH", () => {
  expect(browserCommand(url, { DISPLAY: ":0", SSH_CONNECTION: "1 2 3 4" }, "linux")).toBeUndefined();
  expect(browserCommand(url, { SSH_CONNECTION: "1 2 3 4" }, "darwin")).toBeUndefined();
});
