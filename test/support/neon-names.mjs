// Loaded into Node.js processes of tests: resolves the host names of the Neon mock to 127.0.0.1. Neither root nor a change of
// the machine is needed. Programs that use libpq need PGHOSTADDR in place of this, which offshoot does not pass on.
// Node.js trusts the authority of the mock's API (SSL_CERT_FILE) in the same way as with NODE_EXTRA_CA_CERTS, which one test uses:
// that variable more than doubles the time of each process.
import dns from "node:dns";
import { readFileSync } from "node:fs";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const real = dns.lookup;

dns.lookup = (host, options, callback) => {
  if (!host.endsWith(".neon.test")) return real(host, options, callback);
  const [wanted, done] = typeof options === "function" ? [{}, options] : [options, callback];
  const address = { address: "127.0.0.1", family: 4 };
  process.nextTick(() => (wanted?.all ? done(null, [address]) : done(null, address.address, address.family)));
};
syncBuiltinESMExports();

const trusted = [];
const { SSL_CERT_FILE: authority, NODE_EXTRA_CA_CERTS: extra } = process.env;
// An agent with authorities of its own does not use those of the variable.
if (authority !== undefined) for (const file of [authority, extra]) if (file !== undefined) trust(file);

/** Also trusts this authority, in requests with the default agent. */
export function trust(file) {
  try {
    trusted.push(readFileSync(file));
    https.globalAgent.options.ca = trusted;
  } catch {
    // A test names a file that does not exist.
  }
}
