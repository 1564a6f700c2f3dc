// The setup file of `offshoot/jest`: it runs in the sandbox of each test file, before everything else. It is in CommonJS, because
// Jest loads ES modules there only with a flag of Node. The build makes the
// function the whole module: Jest calls it and waits for it.
import { PER, SOCKET } from "./jest-variables.ts";
import { openTestDatabase } from "./worker.ts";

export default async function setup(): Promise<void> {
  await openTestDatabase({
    socket: process.env[SOCKET],
    per: process.env[PER] === "worker" ? "worker" : "file",
    worker: process.env["JEST_WORKER_ID"] ?? "1",
    env: process.env,
    remedy: "Wrap the configuration of this project in withDatabase of offshoot/jest",
  });
}
