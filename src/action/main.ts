// The entry point. The runner starts it for the main step and, through post.js, with the argument `post` after the job.
import { failUnlessSettled } from "../process/settled.ts";
import { runStep, runPostStep } from "./steps.ts";

failUnlessSettled(process.argv[2] === "post" ? runPostStep(process) : runStep(process), process);
