// Loaded into Node.js processes of tests: resolves the host names of the Neon mock to 127.0.0.1. Neither root nor a change of
// the machine is needed. Programs that use libpq need PGHOSTADDR in place of this, which offshoot does not pass on.
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

const real = dns.lookup;

dns.lookup = (host, options, callback) => {
  if (!host.endsWith(".neon.test")) return real(host, options, callback);
  const [wanted, done] = typeof options === "function" ? [{}, options] : [options, callback];
  const address = { address: "127.0.0.1", family: 4 };
  process.nextTick(() => (wanted?.all ? done(null, [address]) : done(null, address.address, address.family)));
};
syncBuiltinESMExports();
