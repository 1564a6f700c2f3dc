import { basename, dirname, join, relative } from "node:path";

/** A module in CommonJS, before it is written. */
export interface Chunk {
  readonly file: string;
  readonly code: string;
  /** Source map, as JSON. */
  readonly map: string;
  /** Paths from the root of the repository. */
  readonly sources: readonly string[];
  /** The room of `src` to which it belongs, if it may share a file with others. */
  readonly room: string | undefined;
}

const REQUIRED = /\brequire\("(\.{1,2}\/[^"]+\.cjs)"\)/g;

/**
 * Puts the chunks of each room into one file. npm needs milliseconds for each file that it unpacks, and esbuild makes hundreds. Each
 * module stays a function of its own, which runs when it is first required.
 */
export function joinRooms(chunks: readonly Chunk[]): readonly Chunk[] {
  const rooms = new Map<string, Chunk[]>();
  for (const chunk of chunks) {
    if (chunk.room === undefined) continue;
    const file = join(dirname(chunk.file), `${chunk.room}.cjs`);
    rooms.set(file, [...(rooms.get(file) ?? []), chunk]);
  }
  const fileOf = new Map([...rooms].flatMap(([file, members]) => members.map((member) => [member.file, file] as const)));
  const redirect = (from: string, code: string): string =>
    code.replaceAll(REQUIRED, (whole, target: string) => {
      const path = join(dirname(from), target);
      const file = fileOf.get(path);
      if (file === undefined) return whole;
      const written = relative(dirname(from), file);
      return `require("${written.startsWith(".") ? written : `./${written}`}")("${nameOf(path)}")`;
    });
  const alone = chunks.filter(({ room }) => room === undefined).map((chunk) => ({ ...chunk, code: redirect(chunk.file, chunk.code) }));
  return [...alone, ...[...rooms].map(([file, members]) => joined(file, members, (code) => redirect(file, code)))];
}

function nameOf(file: string): string {
  return basename(file, ".cjs");
}

function joined(file: string, members: readonly Chunk[], redirect: (code: string) => string): Chunk {
  const sections: { readonly offset: { readonly line: number; readonly column: number }; readonly map: unknown }[] = [];
  let code = "const made={},code={\n";
  for (const member of members) {
    code += `"${nameOf(member.file)}":function(exports,require,module,__filename,__dirname){\n`;
    sections.push({ offset: { line: code.split("\n").length - 1, column: 0 }, map: JSON.parse(member.map) });
    code += `${redirect(member.code)}\n},\n`;
  }
  code +=
    "};module.exports=name=>{let m=made[name];if(m===undefined){m=made[name]={exports:{}};code[name](m.exports,require,m,__filename,__dirname)}return m.exports};\n";
  return {
    file,
    code,
    map: JSON.stringify({ version: 3, file: basename(file), sections }),
    sources: [...new Set(members.flatMap(({ sources }) => sources))],
    room: undefined,
  };
}
