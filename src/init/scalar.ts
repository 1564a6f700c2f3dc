/** Words that YAML 1.1 or 1.2 takes for something else than text. */
const RESERVED = /^(?:true|false|yes|no|on|off|y|n|null)$/i;

const DURATION = /^[1-9]\d*(?:d|h|m|s|ms)$/;

/** A text as a YAML scalar of one line: bare where that is safe in every reader, else in JSON's quotes, which YAML shares. */
export function scalar(text: string): string {
  const bare = /^(?:[A-Za-z_/]|\.\/)[\u0020-\u007E]*$/.test(text) && !/: |:$| #| $/.test(text) && !RESERVED.test(text);
  return bare || DURATION.test(text) ? text : JSON.stringify(text);
}
