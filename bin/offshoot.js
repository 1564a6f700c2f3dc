#!/usr/bin/env node
"use strict";
// The same versions as `engines` in package.json. An older Node cannot read the code that follows, and would show a syntax error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (!(major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
  process.stderr.write(`offshoot needs Node 20.19, 22.12, or 24 and later. This is Node ${process.versions.node}.\n`);
  process.exit(2);
}
require("../dist/cli/start.cjs").start(process, require.resolve("../dist/cli/main.cjs"), require);
