import type { Language } from "./language.ts";
import type { RepositoryFacts } from "./repository-facts.ts";

/** How a job gets the program of the migration tool, which is not a package of the repository. */
export interface ToolProgram {
  readonly prepare: readonly string[];
  /** Packages of Debian. */
  readonly packages: readonly string[];
  /** Prefix of a command that needs the program. Ends with a space, or is empty. */
  readonly prefix: string;
  readonly notes: readonly string[];
}

const NOTHING: ToolProgram = { prepare: [], packages: [], prefix: "", notes: [] };

/** Tools in Go: what `go install` builds (documentation of golang-migrate, goose and dbmate, "Installation"). */
const GO: Readonly<Record<string, string>> = {
  "golang-migrate": "-tags postgres github.com/golang-migrate/migrate/v4/cmd/migrate@latest",
  goose: "github.com/pressly/goose/v3/cmd/goose@latest",
  dbmate: "github.com/amacneil/dbmate/v2@latest",
};

/** The programs of tools that do not come as packages of a language. Some of them have an npm package of the same name. */
const PROGRAMS: Readonly<Record<string, string>> = {
  atlas: "atlas",
  dbmate: "dbmate",
  flyway: "flyway",
  "golang-migrate": "migrate",
  goose: "goose",
  liquibase: "liquibase",
};

const DEBIAN: Readonly<Record<string, readonly string[]>> = { sqitch: ["sqitch", "libdbd-pg-perl"] };

/** `packages`: the packages in `package.json`. Pure. */
export function toolProgramOf(facts: RepositoryFacts, language: Language | undefined, packages: readonly string[]): ToolProgram {
  const { migrations } = facts;
  if (migrations.from !== "tool" || packages.includes(migrations.tool)) return NOTHING;
  const { tool } = migrations;
  const built = language?.name === "Go" ? GO[tool] : undefined;
  if (built !== undefined) {
    return { ...NOTHING, prepare: [`go install ${built}`], prefix: 'PATH="$(go env GOPATH)/bin:$PATH" ' };
  }
  const debian = DEBIAN[tool];
  if (debian !== undefined) {
    return {
      ...NOTHING,
      packages: debian,
      notes: [`A job in a container installs ${tool} from Debian. Elsewhere the runner or agent must have it.`],
    };
  }
  const program = PROGRAMS[tool];
  if (program === undefined) return NOTHING;
  return { ...NOTHING, notes: [`The migrations need the program ${program}. Add a step that installs it to the pipeline.`] };
}
