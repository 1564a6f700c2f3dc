import type { Finding, FoundObject } from "./finding.ts";
import { ASKED } from "../audit/messages/spec-rules.ts";
import { BUILTIN } from "../audit/messages/built-in-rules.ts";
import type { Message } from "../audit/messages/words.ts";

const WORDS = { ...ASKED, ...BUILTIN };

/** Says a finding in words. */
export function messageFor(finding: Finding): Message {
  // The tables pair each code with its facts, which TypeScript can't follow through a lookup.
  const words = WORDS[finding.code] as (facts: unknown, object: FoundObject) => Message;
  return words(finding.facts, finding.object);
}
