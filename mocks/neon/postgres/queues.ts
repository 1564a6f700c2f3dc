/** Queues by name: the work for one name runs one after the other. */
export interface Queues {
  /** Runs `work` when all names are free. Takes the names in sorted order, so that two callers never wait for each other. */
  readonly inTurn: <T>(names: readonly string[], work: () => Promise<T>) => Promise<T>;
}

export function createQueues(): Queues {
  const tails = new Map<string, Promise<unknown>>();
  const alone = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
    tails.set(name, turn);
    return turn;
  };
  const nest = <T>(names: readonly string[], work: () => Promise<T>): Promise<T> => {
    const [first, ...rest] = names;
    return first === undefined ? work() : alone(first, () => nest(rest, work));
  };
  return { inTurn: (names, work) => nest([...new Set(names)].toSorted(), work) };
}
