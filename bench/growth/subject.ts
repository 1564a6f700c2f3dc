/** Work whose cost should grow in proportion to its size. */
export interface Subject {
  readonly name: string;
  readonly unit: string;
  /** The larger size. It is compared with a tenth of it. */
  readonly size: number;
  /** The most memory that the process may have with it, in MB, with Node and the loader of TypeScript. */
  readonly mostMb: number;
  /** Prepares the work of this size. `run` alone is measured: the time of its own process, and that of its server. */
  readonly prepare: (size: number) => Promise<Prepared>;
}

export interface Prepared {
  readonly run: () => Promise<unknown>;
  /** The process of the server, whose time counts too. */
  readonly serverPid?: number | undefined;
  readonly cleanUp?: () => Promise<void>;
}

/** What was measured of one size. */
export interface Measured {
  readonly cpuMs: number;
  readonly memoryMb: number;
}
