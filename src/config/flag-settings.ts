import type { SettingValues } from "./setting-values.ts";

/** Marks settings that came from flags of the command line. A symbol is never the path of a setting. */
const FROM_FLAGS = Symbol("settings from flags");

/** Settings that a person gave as flags, so that messages name the flags. Without it they name the option of a library call. */
export function fromFlags(settings: Readonly<Record<string, unknown>>): SettingValues {
  return { ...settings, [FROM_FLAGS]: true } as SettingValues;
}

export function areFromFlags(settings: SettingValues): boolean {
  return FROM_FLAGS in settings;
}
