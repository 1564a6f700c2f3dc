/**
 * Says in one line that tests are skipped for want of something outside. With its name in `OFFSHOOT_TEST_REQUIRE`
 * (names with commas, or `all`) the want fails the tests.
 */
export function skipWithout(name: string, why: string): void {
  const required = (process.env["OFFSHOOT_TEST_REQUIRE"] ?? "").split(",").map((each) => each.trim());
  const line = `Tests with ${name} are skipped: ${why}.`;
  if (required.includes(name) || required.includes("all")) throw new Error(line.replace("are skipped", "can't run"));
  process.stderr.write(`${line}\n`);
}
