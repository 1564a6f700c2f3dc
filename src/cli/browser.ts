import { spawn } from "node:child_process";
import type { Env } from "../environment.ts";

/** The program that opens an address on this machine. Undefined: there is no screen for a browser. */
export function browserCommand(url: string, env: Env, platform: NodeJS.Platform): readonly string[] | undefined {
  // Over SSH, the browser would open on the wrong machine.
  if (env["SSH_CONNECTION"] !== undefined) return undefined;
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  const hasScreen = env["DISPLAY"] !== undefined || env["WAYLAND_DISPLAY"] !== undefined;
  return hasScreen ? ["xdg-open", url] : undefined;
}

/** Opens an address, if this machine can. It was printed before, so a failure is not reported. */
export async function openInBrowser(url: string, env: Env, platform: NodeJS.Platform): Promise<void> {
  const [program, ...args] = browserCommand(url, env, platform) ?? [];
  if (program === undefined) return;
  await new Promise<void>((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true, env: { ...env } });
    child.once("error", () => resolve());
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}
