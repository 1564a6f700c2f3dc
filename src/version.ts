/** The version of this package. A test compares it with package.json. Reading that file would slow every start down. */
export const VERSION = "0.1.0";
