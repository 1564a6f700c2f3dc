import type * as fc from "fast-check";

/** Something of offshoot that reads what others wrote. */
export interface Target<Input = unknown> {
  readonly name: string;
  readonly input: fc.Arbitrary<Input>;
  /** Reads the input, and works with the result as the commands do. Throws only errors of offshoot. */
  readonly read: (input: Input) => unknown;
}

/** A target, of which only its own parts need to know the type of the input. */
export function target<Input>(one: Target<Input>): Target {
  return one as unknown as Target;
}
