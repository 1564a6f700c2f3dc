/** What the reporter has sent. The global teardown is a bundle of its own in the same process. */
const KEY = Symbol.for("offshoot.playwright-reports");
export const pendingReports = ((globalThis as { [KEY]?: Promise<void>[] })[KEY] ??= []);
