#!/usr/bin/env node
import module from "node:module";
import { compileCacheFolder } from "../dist/cli/compile-cache.js";

const cache = compileCacheFolder(process.env, process.getuid?.());
if (cache !== undefined) module.enableCompileCache?.(cache);
const { main } = await import("../dist/cli/main.js");
await main(process);
