/** Writes lines to a stream, with the name of the program that they come from. */
export function sayTo(stream: Pick<NodeJS.WriteStream, "write">): (line: string) => void {
  return (line) => void stream.write(`offshoot: ${line}\n`);
}
