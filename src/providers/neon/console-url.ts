import type { Setup } from "./options.ts";

const NEON = "https://console.neon.tech/api/v2";

/**
 * The page of a branch in Neon's console, which has the same host as the API. Undefined if the API is reached through another
 * address, such as a proxy.
 */
export function consoleUrl({ apiHost = NEON, project }: Pick<Setup, "apiHost" | "project">, branchId: string): string | undefined {
  const base = URL.canParse(apiHost) ? new URL(apiHost) : undefined;
  if (base === undefined || !/^\/api\/v2\/?$/.test(base.pathname)) return undefined;
  return `${base.origin}/app/projects/${encodeURIComponent(project)}/branches/${encodeURIComponent(branchId)}`;
}
