import { database } from "offshoot/vitest";

export const reset = () => database.reset();
