import { isPooledHost, parseUrl } from "../postgres/url.ts";
import { outputsOf } from "../commands/outputs.ts";
import type { UpResult } from "../commands/up-in.ts";
import type { UrlStyle } from "./create-branch-inputs.ts";

/** What later steps of the job may use: create-branch-action's names, and ours. Some of it is secret. */
export interface ActionOutputs {
  readonly facts: Readonly<Record<string, string>>;
  /** Texts among the facts that no log may show. */
  readonly secrets: readonly string[];
}

/**
 * The outputs of a database. `auth_url` and `data_api_url` are never among them, as with create-branch-action where
 * Neon has none; `branch_id` is empty where the database is no branch.
 */
export function actionOutputs(result: UpResult, style: UrlStyle): ActionOutputs {
  const { database } = result;
  const isNeon = database.provider === "neon";
  const spell = isNeon ? spellNeonUrl : spellOtherUrl;
  const urls = { db_url: spell(database.directUrl, style), db_url_pooled: spell(database.url, style) };
  return {
    facts: {
      ...urls,
      db_host: parseUrl(database.directUrl).host,
      db_host_pooled: parseUrl(database.url).host,
      password: parseUrl(database.directUrl).password,
      branch_id: isNeon ? database.id : "",
      ...outputsOf(result),
    },
    secrets: Object.values(urls).filter((url) => parseUrl(url).password !== ""),
  };
}

/** Parameter for parameter as create-branch-action v6.4.0 has them, so that nothing behind it notices the change. */
function spellNeonUrl(url: string, { prisma, ssl }: UrlStyle): string {
  const spelt = new URL(url);
  spelt.search = "";
  if (prisma) forPrisma(spelt);
  if (ssl !== "omit") spelt.searchParams.set("sslmode", ssl);
  return spelt.href;
}

/** Servers on this machine speak no TLS, and what somebody else's speaks its own URL says. */
function spellOtherUrl(url: string, { prisma }: UrlStyle): string {
  if (!prisma) return url;
  const spelt = new URL(url);
  forPrisma(spelt);
  return spelt.href;
}

function forPrisma({ hostname, searchParams }: URL): void {
  searchParams.set("connect_timeout", "30");
  if (!isPooledHost(hostname)) return;
  searchParams.set("pool_timeout", "30");
  searchParams.set("pgbouncer", "true");
}
