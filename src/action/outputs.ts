import { isPooledHost, parseUrl } from "../postgres/url.ts";
import { outputsOf } from "../commands/up.ts";
import type { UpResult } from "../commands/up.ts";
import type { ServiceUrls } from "../providers/provider.ts";
import type { UrlStyle } from "./create-branch-inputs.ts";

/** The outputs for later steps of the job: those of create-branch-action, and more. Some of them are secret. */
export interface ActionOutputs {
  readonly facts: Readonly<Record<string, string>>;
  /** The values that must be masked in logs. */
  readonly secrets: readonly string[];
}

/**
 * The outputs for a database. `auth_url` and `data_api_url` are empty for a branch without these services, and if they were not
 * asked for. `branch_id` and `console_url` are empty if the database is not a Neon branch.
 */
export function actionOutputs(result: UpResult, style: UrlStyle, services: ServiceUrls): ActionOutputs {
  const { database } = result;
  const isNeon = database.provider === "neon";
  const format = isNeon ? formatNeonUrl : formatOtherUrl;
  const urls = { db_url: format(database.directUrl, style), db_url_pooled: format(database.url, style) };
  return {
    facts: {
      ...urls,
      db_host: parseUrl(database.directUrl).host,
      db_host_pooled: parseUrl(database.url).host,
      password: parseUrl(database.directUrl).password,
      branch_id: isNeon ? database.id : "",
      console_url: database.consoleUrl ?? "",
      auth_url: services.auth ?? "",
      data_api_url: services.dataApi ?? "",
      ...outputsOf(result),
    },
    secrets: Object.values(urls).filter((url) => parseUrl(url).password !== ""),
  };
}

/** With exactly the parameters of create-branch-action v6.4.0, so that later steps get the same URLs. */
function formatNeonUrl(url: string, { prisma, ssl }: UrlStyle): string {
  const formatted = new URL(url);
  formatted.search = "";
  if (prisma) forPrisma(formatted);
  if (ssl !== "omit") formatted.searchParams.set("sslmode", ssl);
  return formatted.href;
}

/** Keeps the parameters: a local server has no TLS, and the URL of an existing server has the parameters for that server. */
function formatOtherUrl(url: string, { prisma }: UrlStyle): string {
  if (!prisma) return url;
  const formatted = new URL(url);
  forPrisma(formatted);
  return formatted.href;
}

function forPrisma({ hostname, searchParams }: URL): void {
  searchParams.set("connect_timeout", "30");
  if (!isPooledHost(hostname)) return;
  searchParams.set("pool_timeout", "30");
  searchParams.set("pgbouncer", "true");
}
