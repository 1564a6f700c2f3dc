/** The index of a character that the server counts from 1. A character above U+FFFF has two units here. Pure. */
export function indexOfPosition(position: number, sql: string): number {
  let index = 0;
  for (let left = position - 1; left > 0 && index < sql.length; left -= 1) index += (sql.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return index;
}

/** The same in a database of the encoding SQL_ASCII, where the server counts bytes. Pure. */
export function indexOfByte(position: number, sql: string): number {
  return Buffer.from(sql)
    .subarray(0, position - 1)
    .toString().length;
}

/** The line of a place in a text, from 1. A line ends with `\n`, `\r\n` or `\r`, as libpq counts. Pure. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = 0; at < index; at += 1) {
    if (text[at] === "\r" || (text[at] === "\n" && text[at - 1] !== "\r")) line += 1;
  }
  return line;
}
