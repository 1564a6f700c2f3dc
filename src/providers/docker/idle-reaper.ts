// The keeper's process: `node keeper.js <KeeperRequest as JSON>`.
import { messageOf } from "../../errors.ts";
import { keep } from "./keep.ts";
import type { KeeperRequest } from "./spawn-idle-reaper.ts";

try {
  await keep(JSON.parse(process.argv[2] ?? "") as KeeperRequest, process.env);
} catch (thrown) {
  process.stderr.write(`offshoot keeper: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
}
