// In place of pg's `lib/crypto/utils.js`, which loads the Web Crypto API of Node: a tenth of the time that Node needs to start.
// Node's own functions have the same results.
const crypto = require("crypto");

const hash = (name, data) => crypto.createHash(name).update(data);
const md5 = async (data) => hash("md5", data).digest("hex");

// The default of Postgres is 4096. That takes a millisecond, and the threads that do it otherwise take longer to start. The server
// chooses the number, so a larger one must not stop this process.
const FEW = 10_000;

const derive = async (password, salt, iterations) =>
  iterations <= FEW
    ? crypto.pbkdf2Sync(password, salt, iterations, 32, "sha256")
    : new Promise((resolve, reject) =>
        crypto.pbkdf2(password, salt, iterations, 32, "sha256", (failure, key) => (failure === null ? resolve(key) : reject(failure))),
      );

// A command has several sessions with one server. The key is the longest part of a login, and is the same for all of them.
let last = { of: "", key: undefined };

module.exports = {
  md5,
  postgresMd5PasswordHash: async (user, password, salt) =>
    `md5${await md5(Buffer.concat([Buffer.from(await md5(password + user)), salt]))}`,
  randomBytes: (length) => crypto.randomBytes(length),
  deriveKey(password, salt, iterations) {
    const of = JSON.stringify([password, Buffer.from(salt).toString("hex"), iterations]);
    if (last.of !== of) last = { of, key: derive(password, salt, iterations) };
    return last.key;
  },
  sha256: async (data) => hash("sha256", data).digest(),
  hashByName: async (name, data) => hash(name.replace("-", ""), data).digest(),
  hmacSha256: async (key, message) => crypto.createHmac("sha256", key).update(message).digest(),
};
