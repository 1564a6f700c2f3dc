/** A whole number. (`${number}` also takes fractions and exponents.) */
type Count = `${bigint}`;

type Milliseconds = `${Count}ms`;
type Seconds = Milliseconds | `${Count}s` | `${Count}s${Milliseconds}`;
type Minutes = Seconds | `${Count}m` | `${Count}m${Seconds}`;
type Hours = Minutes | `${Count}h` | `${Count}h${Minutes}`;

/** Such as `500ms`, `90m`, `1h30m` or `3d`: whole numbers with units, longest unit first. */
export type Duration = Hours | `${Count}d` | `${Count}d${Hours}`;

/** Such as `500MB` or `2GB`. */
export type Bytes = `${Count}${"MB" | "GB"}`;
