// What the runner starts: `node index.js` for the action's step and, by way of post.js, `node index.js post` after the job.
import { act, actAfter } from "./steps.ts";

await (process.argv[2] === "post" ? actAfter(process) : act(process));
