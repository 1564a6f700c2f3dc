import { homedir } from "node:os";

/** The home folder of this user. `/` when there is none: HOME is not set, and the user id has no entry in `/etc/passwd`. */
export function homeDirectory(): string {
  try {
    return homedir();
  } catch {
    return "/";
  }
}
