import { expect, test } from "vitest";
import type { CiContext, Deployment } from "../../../src/ci/ci.ts";
import type { Settings } from "../../../src/config/settings.ts";
import { requireDeployment } from "../../../src/context/deployment.ts";
import { isOffshootError } from "../../../src/errors.ts";
import { directUrl } from "../../../src/postgres/url.ts";

const URL = "postgresql://ada:secret@ep-cool-sky-123456.eu-central-1.aws.neon.tech/shop?sslmode=require";

function outcome(deployment: Deployment | undefined, production: string | undefined, url = URL): string {
  const context = { ci: { deployment } as CiContext, settings: { migrations: { production } } as Settings };
  try {
    requireDeployment(context, directUrl(url));
    return "migrates";
  } catch (thrown) {
    if (!isOffshootError(thrown)) throw thrown;
    const shown = `${thrown.message} ${thrown.meaning} ${thrown.remedy}`;
    return shown.includes("secret") ? `the password is shown: ${shown}` : `${thrown.code}: ${thrown.message}`;
  }
}

const HOST = "ep-cool-sky-123456.eu-central-1.aws.neon.tech";

test.each<readonly [string, Deployment | undefined, string | undefined, RegExp]>([
  ["a build of a CI has no such rule", undefined, HOST, /^migrates$/],
  ["a preview migrates", "preview", undefined, /^migrates$/],
  ["a preview migrates a database that is not production", "preview", "ep-other-1", /^migrates$/],
  ["a preview with the URL of production is refused", "preview", HOST, /^PROTECTED: This preview build has the URL of the production/],
  ["production is refused unless it is named", "production", undefined, /^PROTECTED: This is a production build, and no setting names/],
  ["production migrates the named database", "production", HOST, /^migrates$/],
  ["an endpoint is a name", "production", "EP-cool-sky-123456", /^migrates$/],
  ["a host with a database is a name", "production", `${HOST}/shop`, /^migrates$/],
  ["production does not migrate another database", "production", `${HOST}/other`, /^PROTECTED: .* is not the one that/],
  ["a part of a name is not the name", "production", "ep-cool-sky", /^PROTECTED/],
  ["an unknown build is refused without a name", "unknown", undefined, /^PROTECTED: This build may be one of production/],
  ["an unknown build migrates the named database", "unknown", HOST, /^migrates$/],
  ["an unknown build migrates another database when production is named", "unknown", "ep-other-1", /^migrates$/],
])("%s", (_title, deployment, production, expected) => {
  expect(outcome(deployment, production)).toMatch(expected);
});

const DIRECT = "postgresql://u:secret@ep-cool-sky-123456.us-east-2.aws.neon.tech/neondb";
const LOCAL = "postgresql://u:secret@127.0.0.1:35243/db";

test.each([
  ["the pooled host of the setting", "ep-cool-sky-123456-pooler.us-east-2.aws.neon.tech", DIRECT],
  ["the pooled endpoint", "ep-cool-sky-123456-pooler", DIRECT],
  ["the pooled host with the database", "ep-cool-sky-123456-pooler.us-east-2.aws.neon.tech/neondb", DIRECT],
  ["capitals in the URL", "ep-cool-sky-123456", DIRECT.replace("ep-cool-sky", "EP-Cool-Sky")],
  ["capitals in the setting", "EP-Cool-Sky-123456", DIRECT],
  ["a dot at the end of the host", "db.internal", "postgresql://u:secret@db.internal./db"],
  ["the port", "127.0.0.1:35243", LOCAL],
  ["the port and the database", "127.0.0.1:35243/db", LOCAL],
  ["the parameter host", "127.0.0.1", "postgresql://u:secret@nothing.invalid:35243/db?host=127.0.0.1"],
  ["the parameter hostaddr", "127.0.0.1", "postgresql://u:secret@nothing.invalid/db?hostaddr=127.0.0.1"],
  ["one of several hosts", "b.internal", "postgresql://u:secret@a.internal/db?host=a.internal,b.internal"],
  ["the parameter dbname", "a.internal/shop", "postgresql://u:secret@a.internal/db?dbname=shop"],
  ["an IPv6 address", "[::1]:5432", "postgresql://u:secret@[::1]/db"],
])("%s names the same database: a preview build is refused", (_, named, url) => {
  expect(outcome("preview", named, url)).toMatch(/^PROTECTED: This preview build has the URL/);
});

test.each([
  ["another port", "127.0.0.1:5432", LOCAL],
  ["another database", "127.0.0.1/other", LOCAL],
  ["another endpoint", "ep-cool-sky-12345", DIRECT],
])("%s is another database", (_, named, url) => {
  expect(outcome("preview", named, url)).toBe("migrates");
  expect(outcome("production", named, url)).toMatch(/^PROTECTED: .* is not the one that/);
});

test("a production build is refused if its URL can also lead elsewhere", () => {
  expect(outcome("production", "a.internal", "postgresql://u:secret@a.internal/db?host=b.internal")).toMatch(/^PROTECTED/);
  expect(outcome("production", "a.internal", "postgresql://u:secret@a.internal/db?host=a.internal")).toBe("migrates");
});

test("a server without Neon's names is named by its host, or by its host with the database", () => {
  const url = "postgresql://ada:secret@db.internal:6543/shop";
  expect(outcome("production", "db.internal", url)).toBe("migrates");
  expect(outcome("production", "db.internal/shop", url)).toBe("migrates");
  expect(outcome("production", "internal", url)).toContain("PROTECTED");
});
