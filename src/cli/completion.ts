import type { Command, Option } from "commander";
import { choiceFlag } from "./flags.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

interface Entry {
  /** The words after the program's name, such as `check worker`. Empty: the program itself. */
  readonly path: readonly string[];
  readonly names: readonly { readonly name: string; readonly text: string }[];
  readonly flags: readonly { readonly name: string; readonly text: string; readonly takesValue: boolean }[];
}

/** A script that completes the commands and flags of the menu in a shell. */
export function completionScript(program: Command, shell: string): string {
  const entries = entriesOf(program, []);
  const render = { bash: bashScript, zsh: zshScript, fish: fishScript }[choiceFlag("SHELL", shell, SHELLS)];
  return render(entries);
}

function entriesOf(command: Command, path: readonly string[]): readonly Entry[] {
  const shown = command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== "help");
  const names = shown.flatMap((each) => [each.name(), ...each.aliases()].map((name) => ({ name, text: each.description() })));
  const flags = command.createHelp().visibleOptions(command).flatMap(flagsOf);
  const below = shown.flatMap((each) => [each.name(), ...each.aliases()].flatMap((name) => entriesOf(each, [...path, name])));
  return [{ path, names, flags }, ...below];
}

function flagsOf(option: Option): Entry["flags"] {
  return [option.long, option.short].flatMap((name) =>
    name == null ? [] : [{ name, text: option.description, takesValue: option.required || option.optional }],
  );
}

/** Words after `--` belong to another command, and a value of a flag is often a file. */
function bashScript(entries: readonly Entry[]): string {
  const cases = entries.map(({ path, names, flags }) => {
    const words = [...names.map(({ name }) => name), ...flags.map(({ name }) => name)].join(" ");
    const values = flags.filter(({ takesValue }) => takesValue).map(({ name }) => name);
    return `    ${quote(path.join(" "))}) words=${quote(words)} values=${quote(` ${values.join(" ")} `)} ;;`;
  });
  const paths = entries.map(({ path }) => path.join(" ")).filter((path) => path !== "");
  return `# bash completion of offshoot. In ~/.bashrc: eval "$(offshoot completion bash)"
_offshoot() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= words= values= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [ "$word" = -- ] && return 0
    case " ${paths.map((path) => path.replaceAll(" ", "/")).join(" ")} " in
      *" \${path:+$path/}$word "*) path=\${path:+$path/}$word ;;
    esac
  done
  case "\${path//\\// }" in
${cases.join("\n")}
  esac
  [[ "$values" == *" $previous "* ]] && return 0
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _offshoot offshoot
`;
}

function zshScript(entries: readonly Entry[]): string {
  const cases = entries.map(({ path, names, flags }) => {
    const described = [...names, ...flags].map(({ name, text }) => quote(`${name.replaceAll(":", "\\:")}:${text}`));
    return `    ${quote(path.join(" "))}) words=(${described.join(" ")}) ;;`;
  });
  const paths = entries.map(({ path }) => path.join(" ")).filter((path) => path !== "");
  return `#compdef offshoot
# zsh completion of offshoot. In ~/.zshrc, after compinit: eval "$(offshoot completion zsh)"
_offshoot() {
  local word at=
  local -a words_before=("\${(@)words[2,CURRENT-1]}") paths=(${paths.map(quote).join(" ")}) described
  for word in "\${words_before[@]}"; do
    [[ $word == -- ]] && { _normal; return; }
    (( \${paths[(Ie)\${at:+$at }$word]} )) && at="\${at:+$at }$word"
  done
  case $at in
${cases.map((line) => line.replace(" words=(", " described=(")).join("\n")}
  esac
  # With -o, zsh offers nothing to a word that does not begin with a hyphen, and so no command.
  if [[ $PREFIX == -* ]]; then _describe -o offshoot described || _files; else _describe offshoot described || _files; fi
}
compdef _offshoot offshoot
`;
}

function fishScript(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ path, names, flags }) => {
    const condition = `__offshoot_at ${quote(path.join(" "))}`;
    return [
      ...names.map(({ name, text }) => `complete -c offshoot -f -n ${quote(condition)} -a ${quote(name)} -d ${quote(text)}`),
      ...flags.map(({ name, text, takesValue }) => {
        const form = name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
        return `complete -c offshoot -n ${quote(condition)} ${form}${takesValue ? " -r" : ""} -d ${quote(text)}`;
      }),
    ];
  });
  const paths = entries.map(({ path }) => path.join(" ")).filter((path) => path !== "");
  return `# fish completion of offshoot. In ~/.config/fish/config.fish: offshoot completion fish | source
function __offshoot_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    test "$word" = --; and return 1
    set -l next (string trim -- "$at $word")
    contains -- "$next" ${paths.map(quote).join(" ")}; and set at $next
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
