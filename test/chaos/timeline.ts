/** What happened and when, for the analysis of a failure. */
export interface Timeline {
  add(who: string, what: string): void;
  text(): string;
}

export function startTimeline(now: () => number = () => performance.now()): Timeline {
  const startedAt = now();
  const lines: string[] = [];
  return {
    add(who, what) {
      const at = ((now() - startedAt) / 1000).toFixed(3).padStart(8);
      for (const line of what.split("\n")) lines.push(`${at}  ${who.padEnd(10)} ${line}`);
    },
    text: () => lines.join("\n"),
  };
}
