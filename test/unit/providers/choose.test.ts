import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/events.ts";
import { chooseDatabase, findDatabase } from "../../../src/providers/choose.ts";
import type { Database, Limits, Provider, ProviderName, Refusal, Wanted } from "../../../src/providers/provider.ts";

const wanted = { name: "offshoot/o/r/k" } as Wanted;

function listening(): Limits & { events: Event[] } {
  const events: Event[] = [];
  return { signal: new AbortController().signal, withinMs: 1000, events, emit: (event) => void events.push(event) };
}

function refusal(provider: ProviderName, code: string, mayFallBack = true): Refusal {
  return { kind: "refusal", provider, code, text: `${provider} says ${code}.`, remedy: `Fix ${code}.`, mayFallBack };
}

function databaseOf(provider: ProviderName): Database {
  return { kind: "database", provider, id: `${provider}/x` } as Database;
}

/** A provider with one fixed answer, which remembers what it was asked. */
function answering(name: ProviderName, answer: Database | Refusal | Error | undefined): Provider & { asked: Wanted[] } {
  const asked: Wanted[] = [];
  const acquire = async (want: Wanted): Promise<Database | Refusal> => {
    asked.push(want);
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("not to be asked");
    return answer;
  };
  const find = async (): Promise<Database | undefined> => {
    if (answer instanceof Error) throw answer;
    return answer?.kind === "database" ? answer : undefined;
  };
  return { name, asked, acquire, find, refuse: async () => undefined, release: async () => "already-gone", list: async () => [] };
}

describe("choosing a database", () => {
  test("takes the first that serves and asks nobody after it", async () => {
    const late = answering("embedded", undefined);
    const chosen = await chooseDatabase([answering("docker", databaseOf("docker")), late], wanted, listening());
    expect(chosen).toMatchObject({ database: { provider: "docker" }, refusals: [] });
    expect(late.asked).toEqual([]);
  });

  test("keeps and reports each refusal on the way", async () => {
    const limits = listening();
    const refused = refusal("neon", "no-key");
    const candidates = [answering("neon", refused), answering("embedded", databaseOf("embedded"))];
    expect(await chooseDatabase(candidates, wanted, limits)).toMatchObject({ database: { provider: "embedded" }, refusals: [refused] });
    expect(limits.events).toEqual([{ kind: "refusal", provider: "neon", code: "no-key", text: "neon says no-key." }]);
  });

  test("recites all reasons and remedies when nobody serves", async () => {
    const candidates = [answering("neon", refusal("neon", "no-key")), answering("embedded", refusal("embedded", "no-binaries"))];
    const failure = chooseDatabase(candidates, wanted, listening());
    await expect(failure).rejects.toMatchObject({
      code: "NO_PROVIDER",
      meaning: "  neon: neon says no-key. Fix no-key.\n  embedded: embedded says no-binaries. Fix no-binaries.",
      facts: { providers: "neon, embedded", refusals: "no-key, no-binaries" },
    });
  });

  test("never goes on after a refusal that would hide a fault", async () => {
    const limits = listening();
    const late = answering("embedded", databaseOf("embedded"));
    const failure = chooseDatabase([answering("neon", refusal("neon", "rejected-key", false)), late], wanted, limits);
    await expect(failure).rejects.toMatchObject({ code: "PROVIDER_REJECTED", remedy: "Fix rejected-key." });
    expect(late.asked).toEqual([]);
    expect(limits.events).toHaveLength(1);
  });

  test("never goes on after an error", async () => {
    const late = answering("embedded", databaseOf("embedded"));
    await expect(chooseDatabase([answering("neon", new Error("boom")), late], wanted, listening())).rejects.toThrow("boom");
    expect(late.asked).toEqual([]);
  });

  test("may want something else of each", async () => {
    const docker = answering("docker", refusal("docker", "no-docker"));
    const embedded = answering("embedded", databaseOf("embedded"));
    await chooseDatabase([docker, embedded], ({ name }) => ({ ...wanted, fingerprint: name }), listening());
    expect([...docker.asked, ...embedded.asked].map(({ fingerprint }) => fingerprint)).toEqual(["docker", "embedded"]);
  });

  test("says so when nobody is asked at all", async () => {
    await expect(chooseDatabase([], wanted, listening())).rejects.toMatchObject({ code: "NO_PROVIDER", meaning: "None was asked for." });
  });
});

describe("finding a database", () => {
  test("takes the first provider that has it", async () => {
    const candidates = [answering("neon", undefined), answering("docker", databaseOf("docker")), answering("embedded", new Error("late"))];
    expect(await findDatabase(candidates, "n", listening())).toMatchObject({ provider: "docker" });
  });

  test("is undefined when nobody has it", async () => {
    expect(await findDatabase([answering("neon", undefined)], "n", listening())).toBeUndefined();
  });
});
