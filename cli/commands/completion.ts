/** `cake completion`: the script that teaches a shell to complete command lines. */

import { Faulted, meantText } from "../../runtime/mod.ts";
import type { Command } from "../command.ts";
import { completionScript, type Shell, SHELLS } from "../completion.ts";

/** Makes the command; it completes the names of all of them. */
export function completionOf(commands: () => Promise<readonly Command[]>): Command {
  return {
    name: "completion",
    usage: "<shell>",
    summary: "Print what teaches bash, zsh or fish to complete commands, arguments and names of roles",
    settings: [],
    forwards: false,
    examples: [
      "completion bash > ~/.local/share/bash-completion/completions/cake",
      "completion zsh > ~/.zfunc/_cake",
      "completion fish > ~/.config/fish/completions/cake.fish",
    ],
    run: async ({ world, words: [shell] }) => {
      if (shell === undefined) {
        return { value: new Faulted("cannot complete", `no shell specified: ${SHELLS.join(", ")}`) };
      }
      if (!isShell(shell)) {
        const hint = meantText(shell, SHELLS);
        const why = `expected ${SHELLS.join(", ")}${hint}`;
        return { value: new Faulted(`cannot complete in "${shell}"`, why) };
      }
      world.environment.writeOutput(completionScript(shell, await commands()));
      return { value: null };
    },
  };
}

function isShell(name: string): name is Shell {
  return (SHELLS as readonly string[]).includes(name);
}
