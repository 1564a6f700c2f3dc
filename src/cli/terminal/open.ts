import { styleText } from "node:util";
import { detectCi } from "../../ci/detect.ts";
import type { Host } from "../host.ts";
import type { Globals } from "../invocation.ts";
import type { OpenDisplay } from "../progress.ts";
import { lookOf } from "./look.ts";

/** How to draw on the terminal of this command. Undefined where stderr is not one, or is not to change. */
export async function drawingOn(host: Host, globals: Globals, title: string): Promise<OpenDisplay | undefined> {
  const look = lookOf({
    isTerminal: host.stderr.isTTY,
    env: host.env,
    platform: process.platform,
    isCi: detectCi(host.env).isCi,
    isWanted: globals.quiet !== true && globals.progress !== false,
  });
  if (!look.isLive) return undefined;
  const { openScreen } = await import("./screen.ts");
  const isVerbose = globals.verbose === true;
  return (parts) =>
    openScreen(host.stderr, {
      ...parts,
      look,
      title: title.replace(/^offshoot /, ""),
      isVerbose,
      // Whoever migrates on purpose wants to see the tool's own output.
      showsOutput: isVerbose || title === "offshoot migrate",
      paint: (style, text) => styleText(style, text, { stream: host.stderr }),
      now: () => performance.now(),
    });
}
