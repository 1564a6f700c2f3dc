import type { CiService } from "../ci/ci.ts";
import type { Inert } from "../ci/inert.ts";
import type { WriteContext } from "../ci/write.ts";

/** Where the output of the migrations is shown. The CI service folds it, and takes no part of it for a command. */
export interface ForeignOutput {
  write(chunk: Uint8Array): void;
  /** Starts a new line if the output did not end with a line break. */
  breakLine(): void;
  /** Whether the output ends in the middle of a line. */
  isMidLine(): boolean;
  /** Ends the fold, and the service obeys commands again. A later `write` begins new ones. */
  end(): void;
}

export interface ForeignOutputOptions {
  readonly service: CiService | undefined;
  readonly context: WriteContext;
  readonly inert: Inert;
  /** Default true. */
  readonly fold?: boolean;
}

interface Frame {
  readonly begin: string;
  readonly end: string;
}

const NONE: Frame = { begin: "", end: "" };

/** A frame is opened by the first output. Its end is computed when it is written, because it can contain the time. */
export function foreignOutput(
  write: (text: string) => void,
  { service, context, inert, fold = true }: ForeignOutputOptions,
): ForeignOutput {
  let frames: readonly Frame[] = [];
  let isOpen = false;
  let isMidLine = false;
  let decoder = new TextDecoder();
  const breakLine = (): void => {
    if (isMidLine) write("\n");
    isMidLine = false;
  };
  const open = (): void => {
    isOpen = true;
    frames = [fold ? (service?.group("output of the migrations", context) ?? NONE) : NONE, service?.ignoreCommands?.(context) ?? NONE];
    write(frames.map(({ begin }) => begin).join(""));
  };
  return {
    write(chunk) {
      if (!isOpen) open();
      const text = decoder.decode(chunk, { stream: true });
      if (text === "") return;
      // Where the service can ignore commands, the output is not changed.
      write(service?.ignoreCommands === undefined ? inert(text) : text);
      isMidLine = !text.endsWith("\n");
    },
    breakLine,
    isMidLine: () => isMidLine,
    end() {
      if (!isOpen) return;
      decoder = new TextDecoder();
      breakLine();
      write(
        frames
          .toReversed()
          .map(({ end }) => end)
          .join(""),
      );
      isOpen = false;
    },
  };
}
