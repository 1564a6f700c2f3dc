import { finding, type Check } from "./rule.ts";

/**
 * Functions with the rights of their owner whose names are looked up where the caller wants: whoever may create
 * a table in a schema of the path can have it run his (PostgreSQL documentation, "Writing SECURITY DEFINER
 * Functions Safely").
 */
export const definers: Check = ({ catalog }) =>
  catalog.routines
    .filter(({ security, settings }) => security === "definer" && !(settings ?? []).some((setting) => setting.startsWith("search_path=")))
    .map(({ id, language }) => finding("definer-without-search-path", { kind: "function", name: id }, { language }));
