import type { Socket } from "node:net";
import { MOST_LINE } from "./protocol.ts";

/** Calls `onValue` with each line of JSON that arrives. A line that is too long or not JSON ends the connection. */
export function readLines(socket: Socket, onValue: (value: unknown) => void): void {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      try {
        onValue(JSON.parse(line));
      } catch {
        socket.destroy();
        return;
      }
    }
    if (text.length > MOST_LINE) socket.destroy();
  });
}
