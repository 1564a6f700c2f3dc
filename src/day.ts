/** Whether a text is a day of the calendar, as `2026-12-31`. `Date` itself changes 30 February to a day of March. */
export function isDay(text: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Milliseconds of a time that begins with a day, as `2026-12-31T12:00:00Z`; not a number if there is no such time. */
export function msOfTime(text: string): number {
  return isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
}
