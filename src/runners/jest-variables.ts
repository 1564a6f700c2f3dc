/** The variables with the socket of the suite and with what gets a clone, for the workers of Jest. */
export const SOCKET = "OFFSHOOT_SUITE";
export const PER = "OFFSHOOT_SUITE_PER";

/** The name of the global variable with the options, by which Jest passes them to its setup. */
export const OPTIONS_GLOBAL = "__offshoot__";
