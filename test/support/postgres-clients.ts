import { findPeer } from "./peers.ts";

/** The names of the mock are on this machine. offshoot does not pass this variable on, because it names another server. */
const HOST = "PGHOSTADDR=127.0.0.1";
const PG = import.meta.resolve("pg");

/** Java resolves no name of the mock, so that the program writes a file of hosts. A user writes the first part of the URL for JDBC. */
export const JAVA_SOURCE = `import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.util.Properties;

public class Client {
  static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  public static void main(String[] args) throws Exception {
    URI uri = new URI(System.getenv("DATABASE_URL"));
    var hosts = Files.createTempFile("offshoot-hosts", "");
    Files.writeString(hosts, "127.0.0.1 " + uri.getHost() + "\\n");
    System.setProperty("jdk.net.hosts.file", hosts.toString());
    String[] login = uri.getRawUserInfo().split(":", 2);
    Properties properties = new Properties();
    properties.setProperty("user", decoded(login[0]));
    properties.setProperty("password", decoded(login[1]));
    // JDBC reads a plus sign in the path as a space, and allows no other slash there.
    String path = "/" + uri.getRawPath().substring(1).replace("+", "%2B").replace("/", "%2F");
    String url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + path + "?" + uri.getRawQuery();
    var out = new java.io.PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (var connection = DriverManager.getConnection(url, properties); var rows = connection.createStatement().executeQuery(args[0])) {
      rows.next();
      out.println(rows.getString(1));
    }
  }
}`;

/** Programs that connect with the variables of offshoot, and print the text that a query returns. Undefined: not installed. */
export function clientsFor(query: string): Readonly<Record<string, readonly string[] | undefined>> {
  const driver = `import pg from ${JSON.stringify(PG)};
    const client = new pg.Client(process.env.DATABASE_URL);
    await client.connect();
    console.log(Object.values((await client.query(${JSON.stringify(query)})).rows[0])[0]);
    await client.end();`;
  const python = (module: string): string => `import os, ${module}
cursor = ${module}.connect(os.environ["DATABASE_URL"]).cursor()
cursor.execute(${JSON.stringify(query)})
print(cursor.fetchone()[0])`;
  const [jdbc, psql, psycopg, psycopg2] = (["jdbc", "psql", "psycopg", "psycopg2"] as const).map((peer) => findPeer(peer));
  const pythonWith = (module: string): readonly string[] => ["env", HOST, "PYTHONUTF8=1", "/usr/bin/python3", "-c", python(module)];
  return {
    "psql with the URL": psql === undefined ? undefined : ["sh", "-c", `${HOST} psql "$DATABASE_URL" -Atc "${query}"`],
    "psql with the pooled URL and no variables":
      psql === undefined ? undefined : ["sh", "-c", `env -u PGSSLMODE -u PGSSLROOTCERT ${HOST} psql "$DATABASE_URL" -Atc "${query}"`],
    "psql with the variables": psql === undefined ? undefined : ["env", HOST, "psql", "-Atc", query],
    "psycopg2 with the URL": psycopg2 === undefined ? undefined : pythonWith("psycopg2"),
    "psycopg 3 with the URL": psycopg === undefined ? undefined : pythonWith("psycopg"),
    "JDBC with the URL":
      jdbc === undefined ? undefined : ["sh", "-c", `printf '%s' "$JAVA_SOURCE" > Client.java && java -cp ${jdbc} Client.java "${query}"`],
    "node-postgres with the URL": [process.execPath, "--input-type=module", "-e", driver],
  };
}
