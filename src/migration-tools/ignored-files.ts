/** How many files a note names. */
const MOST_NAMED = 3;

/**
 * The note about files in the folder of a tool that look like migrations and that the tool does not run. `why` completes "…, because".
 * `more`: a note about something else, which comes first.
 */
export function noteOfIgnored(files: readonly string[], tool: string, why: string, more?: string): { readonly leaves?: string } {
  if (files.length === 0) return more === undefined ? {} : { leaves: more };
  const named = files.slice(0, MOST_NAMED).join(", ");
  const rest = files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : "";
  const text = `${named}${rest} ${files.length === 1 ? "was" : "were"} not run, because ${tool} ${why}.`;
  return { leaves: more === undefined ? text : `${more} ${text}` };
}
