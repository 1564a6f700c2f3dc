#!/usr/bin/env node
import module from "node:module";

// Node 20 cannot cache compiled code.
if (module.enableCompileCache !== undefined) {
  const { compileCacheFolder } = await import("../dist/cli/compile-cache.js");
  const cache = compileCacheFolder(process.env, process.getuid?.());
  if (cache !== undefined) module.enableCompileCache(cache);
}
const { main } = await import("../dist/cli/main.js");
await main(process);
