const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const WEEK_MS = 6 * 86_400_000;

/** A time for people, by this machine's clock: `18:00` today, `Sat 18:00` within a week, `3 Dec 18:00`, `3 Dec 2027`. */
export function formatMoment(date: Date, now: Date): string {
  const clock = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return clock;
  if (Math.abs(date.getTime() - now.getTime()) < WEEK_MS) return `${DAYS[date.getDay()]} ${clock}`;
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return date.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${day} ${date.getFullYear()}`;
}

/** A time for people on any machine, as of an expiry: `2026-12-05 18:00 UTC`. */
export function formatUtc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** How long ago, or until when, to the nearest whole unit: `45s`, `12m`, `3h`, `2d`. So `3d` is shown right after a time to live of 3 days begins. */
export function formatAge(ms: number): string {
  const { amount, unit } = nearestUnit(ms);
  return `${amount}${unit}`;
}

/** The same in a sentence: `45 s`, `12 min`, `3 h`, `2 d`. */
export function formatAgeInSentence(ms: number): string {
  const { amount, unit } = nearestUnit(ms);
  return `${amount} ${unit === "m" ? "min" : unit}`;
}

/** Each unit is chosen after rounding, so that no `60m` is shown. */
function nearestUnit(ms: number): { readonly amount: number; readonly unit: "s" | "m" | "h" | "d" } {
  const seconds = Math.max(0, ms) / 1000;
  if (Math.round(seconds) < 60) return { amount: Math.round(seconds), unit: "s" };
  if (Math.round(seconds / 60) < 60) return { amount: Math.round(seconds / 60), unit: "m" };
  if (Math.round(seconds / 3600) < 48) return { amount: Math.round(seconds / 3600), unit: "h" };
  return { amount: Math.round(seconds / 86_400), unit: "d" };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
