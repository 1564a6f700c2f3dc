import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/events.ts";
import { chooseDatabase, findDatabase } from "../../../src/providers/choose.ts";
import type { Database, DatabaseRequest, Limits, Provider, ProviderName, Refusal } from "../../../src/providers/provider.ts";

const request = { name: "offshoot/o/r/k" } as DatabaseRequest;

function listening(): Limits & { events: Event[] } {
  const events: Event[] = [];
  return { signal: new AbortController().signal, withinMs: 1000, events, emit: (event) => void events.push(event) };
}

function refusal(provider: ProviderName, code: string, mayFallBack = true): Refusal {
  return { kind: "refusal", provider, code, text: `${provider} refuses with ${code}.`, remedy: `Fix ${code}.`, mayFallBack };
}

function databaseOf(provider: ProviderName): Database {
  return { kind: "database", provider, id: `${provider}/x` } as Database;
}

/** A provider with one fixed answer, which records the requests that it receives. */
function answering(name: ProviderName, answer: Database | Refusal | Error | undefined): Provider & { requests: DatabaseRequest[] } {
  const requests: DatabaseRequest[] = [];
  const acquire = async (received: DatabaseRequest): Promise<Database | Refusal> => {
    requests.push(received);
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("must not be called");
    return answer;
  };
  const find = async (): Promise<Database | undefined> => {
    if (answer instanceof Error) throw answer;
    return answer?.kind === "database" ? answer : undefined;
  };
  return {
    name,
    requests,
    acquire,
    find,
    refuse: async () => undefined,
    examine: async () => ({ checks: [], action: undefined, refusal: undefined }),
    release: async () => "not-found",
    list: async () => [],
  };
}

describe("choosing a database", () => {
  test("takes the first provider that does not refuse, and calls none after it", async () => {
    const late = answering("embedded", undefined);
    const chosen = await chooseDatabase([answering("docker", databaseOf("docker")), late], request, listening());
    expect(chosen).toMatchObject({ database: { provider: "docker" }, refusals: [] });
    expect(late.requests).toEqual([]);
  });

  test("returns and emits each refusal", async () => {
    const limits = listening();
    const refused = refusal("neon", "no-key");
    const providers = [answering("neon", refused), answering("embedded", databaseOf("embedded"))];
    expect(await chooseDatabase(providers, request, limits)).toMatchObject({ database: { provider: "embedded" }, refusals: [refused] });
    expect(limits.events).toEqual([
      { kind: "status", text: "neon: creating offshoot/o/r/k" },
      { kind: "refusal", provider: "neon", code: "no-key", text: "neon refuses with no-key." },
      { kind: "status", text: "embedded: creating offshoot/o/r/k" },
    ]);
  });

  test("emits no refusal of the last provider, because none is tried after it and the error contains it", async () => {
    const limits = listening();
    const providers = [answering("neon", refusal("neon", "no-key")), answering("embedded", refusal("embedded", "no-binaries"))];
    const failure = chooseDatabase(providers, request, limits);
    await expect(failure).rejects.toMatchObject({ meaning: expect.stringContaining("embedded refuses with no-binaries.") });
    expect(limits.events.filter(({ kind }) => kind === "refusal")).toMatchObject([{ provider: "neon" }]);
  });

  test("emits no refusal of a single provider", async () => {
    const limits = listening();
    const failure = chooseDatabase([answering("neon", refusal("neon", "no-key"))], request, limits);
    await expect(failure).rejects.toMatchObject({ message: expect.stringContaining("neon refuses with no-key.") });
    expect(limits.events.map(({ kind }) => kind)).toEqual(["status"]);
  });

  test("reports all reasons and remedies when every provider refuses", async () => {
    const providers = [answering("neon", refusal("neon", "no-key")), answering("embedded", refusal("embedded", "no-binaries"))];
    const failure = chooseDatabase(providers, request, listening());
    await expect(failure).rejects.toMatchObject({
      code: "NO_PROVIDER",
      meaning: "  neon: neon refuses with no-key. Fix no-key.\n  embedded: embedded refuses with no-binaries. Fix no-binaries.",
      facts: { providers: "neon, embedded", refusals: "no-key, no-binaries" },
    });
  });

  test("calls no other provider after a refusal without fallback", async () => {
    const limits = listening();
    const late = answering("embedded", databaseOf("embedded"));
    const failure = chooseDatabase([answering("neon", refusal("neon", "rejected-key", false)), late], request, limits);
    await expect(failure).rejects.toMatchObject({ code: "PROVIDER_REJECTED", remedy: "Fix rejected-key." });
    expect(late.requests).toEqual([]);
    // The error reports the refusal. "Skipped" beside it would be wrong.
    expect(limits.events.map(({ kind }) => kind)).toEqual(["status"]);
  });

  test("calls no other provider after an error", async () => {
    const late = answering("embedded", databaseOf("embedded"));
    await expect(chooseDatabase([answering("neon", new Error("boom")), late], request, listening())).rejects.toThrow("boom");
    expect(late.requests).toEqual([]);
  });

  test("sends the same request to every provider", async () => {
    const docker = answering("docker", refusal("docker", "no-docker"));
    const embedded = answering("embedded", databaseOf("embedded"));
    await chooseDatabase([docker, embedded], request, listening());
    expect([...docker.requests, ...embedded.requests]).toEqual([request, request]);
  });

  test("reports that no provider is configured", async () => {
    const failure = chooseDatabase([], request, listening());
    await expect(failure).rejects.toMatchObject({ code: "NO_PROVIDER", meaning: "No provider is configured." });
  });
});

describe("finding a database", () => {
  test("takes the first provider that has it", async () => {
    const providers = [answering("neon", undefined), answering("docker", databaseOf("docker")), answering("embedded", new Error("late"))];
    expect(await findDatabase(providers, "n", listening())).toMatchObject({ provider: "docker" });
  });

  test("returns undefined when no provider has it", async () => {
    expect(await findDatabase([answering("neon", undefined)], "n", listening())).toBeUndefined();
  });
});
