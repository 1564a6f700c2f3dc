// The entry point. The runner starts `node index.js` for the main step and, through post.js, `node index.js post` after the job.
import { runStep, runPostStep } from "./steps.ts";

await (process.argv[2] === "post" ? runPostStep(process) : runStep(process));
