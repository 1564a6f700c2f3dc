/** The values of one instance of a job. */
export type Leg = Readonly<Record<string, string>>;

type Mapping = Readonly<Record<string, unknown>>;

// GitHub's own limit for a matrix.
const MOST_LEGS = 256;

/** The instances of a job. */
export interface Matrix {
  /** How many can run at the same time. An expression counts as 2. */
  readonly legs: number;
  /** The values of each instance. Undefined: only GitHub knows them. */
  readonly values: readonly Leg[] | undefined;
}

/** The instances of a matrix (GitHub documentation, "Running variations of jobs in a workflow"). */
export function matrixOf(strategy: Mapping): Matrix {
  const { matrix, "max-parallel": most } = strategy;
  if (matrix === undefined) return { legs: 1, values: undefined };
  const limit = /^\d+$/.test(String(most)) ? Number(most) : Number.POSITIVE_INFINITY;
  const shape = literal(matrix);
  const values = typeof shape === "object" && shape !== null ? valuesOf(shape as Mapping) : undefined;
  return { legs: Math.min(values?.length ?? 2, limit), values };
}

function valuesOf(matrix: Mapping): readonly Leg[] | undefined {
  const { include = [], exclude = [], ...axes } = Object.fromEntries(Object.entries(matrix).map(([name, value]) => [name, literal(value)]));
  if (!Array.isArray(include) || !Array.isArray(exclude) || Object.values(axes).some((axis) => !Array.isArray(axis))) return undefined;
  const entries = Object.entries(axes as Record<string, readonly unknown[]>);
  let legs: readonly Leg[] = entries.length === 0 ? [] : [{}];
  for (const [name, axis] of entries)
    legs = legs.flatMap((leg) => axis.map((value) => ({ ...leg, [name]: textOf(value) }))).slice(0, MOST_LEGS);
  legs = legs.filter((leg) => !exclude.some((entry) => fits(leg, textsOf(entry), Object.keys(leg))));
  const names = Object.keys(axes);
  for (const entry of include.map(textsOf)) {
    // An entry that fits legs extends them; another one is a leg of its own.
    const extended = names.length > 0 && legs.some((leg) => fits(leg, entry, names));
    legs = extended ? legs.map((leg) => (fits(leg, entry, names) ? { ...leg, ...entry } : leg)) : [...legs, entry];
  }
  return legs.length === 0 ? undefined : legs;
}

/** Whether the values of an entry are those of a leg, as far as they are values of the axes. */
function fits(leg: Leg, entry: Leg, names: readonly string[]): boolean {
  return Object.entries(entry).every(([name, value]) => !names.includes(name) || leg[name] === value);
}

/** `fromJSON` of a text in the workflow itself is that value. */
function literal(value: unknown): unknown {
  const [, json] = typeof value === "string" ? (/^\s*\$\{\{\s*fromJSON\(\s*'([^']*)'\s*\)\s*\}\}\s*$/i.exec(value) ?? []) : [];
  if (json === undefined) return value;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // GitHub reports it.
    return value;
  }
}

function textsOf(entry: unknown): Leg {
  const mapping = typeof entry === "object" && entry !== null ? (entry as Mapping) : {};
  return Object.fromEntries(Object.entries(mapping).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
