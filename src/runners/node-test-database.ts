/** What a test file in CommonJS gets from `require("offshoot/node-test")`. */
import { testDatabase, type TestDatabase } from "./worker.ts";

export const database: TestDatabase = testDatabase();
