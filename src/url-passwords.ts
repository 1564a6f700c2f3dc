/** A URL with a login, and the words before it that cannot be a part of it. A password can contain any character, also an `@`. */
const LOGIN = /^:\/\/([^\s:/?#@"'<>]{0,255}):([^\s"'<>]*)@/;

/** Where a URL begins. The longest scheme in use is shorter, and a limit keeps the search of a long value short. */
const SCHEME = /(?=\b[a-z][a-z0-9+.-]{0,31}:\/\/)/i;

/** A password as a parameter of a URL, or in a connection string of libpq, JDBC or .NET. */
const PARAMETER = /(?:^|[?&;\s])(?:ssl)?(?:password|pwd)=(?:'([^']*)'|"([^"]*)"|([^&;\s"']+))/gi;

/** A shorter word or number occurs in ordinary output. */
const SHORTEST_WORD = 8;

/**
 * The passwords in a text that is a URL or contains some, such as the value of `PROD_DATABASE_URL`: as they are there, and decoded. A
 * password that is also the name of the user or of the database is not secret: service containers have such.
 */
export function urlPasswords(text: string): readonly string[] {
  const found = text.split(SCHEME).flatMap(loginPasswords);
  for (const [, ...forms] of text.matchAll(PARAMETER)) found.push(...forms.filter((form) => form !== undefined));
  return [...new Set(found.flatMap((each) => [each, decoded(each)]))].filter(isSecret);
}

/** Where the password ends is not certain if it contains an `@`, or if an `@` comes later in the URL. So all of these count. */
function loginPasswords(url: string): readonly string[] {
  const start = url.indexOf("://");
  const [, user = "", rest = ""] = LOGIN.exec(url.slice(Math.max(0, start))) ?? [];
  const after = url.slice(url.lastIndexOf("@") + 1);
  const database = /\/([^/?#\s"'<>]*)/.exec(after)?.[1];
  const authority = /^[^/?#]*@/.exec(rest)?.[0].slice(0, -1);
  const passwords = [rest.split("@")[0] ?? "", authority ?? rest, rest];
  return passwords.filter((password) => password !== user && password !== database);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isSecret(password: string): boolean {
  return password !== "" && (password.length >= SHORTEST_WORD || !/^([a-z]+|\d+)$/i.test(password));
}
