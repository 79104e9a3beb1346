/** What people see: `run`, `top` and `log --follow` on a real terminal, by way of tmux. */

import { assert } from "@std/assert";
import { demoFolder, freePort, hostPort, rolePath, runCake, terminalCommand } from "../helpers/cake_command.ts";

const hasTmux = await new Deno.Command("tmux", { args: ["-V"], stdout: "null", stderr: "null" }).output()
  .then(({ success }) => success, () => false);
// deno-lint-ignore no-console -- whoever reads the results should know why
if (!hasTmux) console.warn("tests/cli/terminal_test.ts is ignored: there is no tmux");

/** How often a screen is looked at, and how long at most: this only bounds a test that fails. */
const LOOK_MS = 50;
const LOOKS_MAX = 1200;

/** A terminal of 80 by 24. */
class Terminal implements AsyncDisposable {
  readonly #socket = `cake-test-${crypto.randomUUID().slice(0, 8)}`;

  async #tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", { args: ["-L", this.#socket, ...args] })
      .output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(`tmux ${args.join(" ")}: ${decode(stderr)}`);
    return decode(stdout);
  }

  /** Starts a shell that shows a prompt of its own, so that what comes after a program can be told. */
  async open(folder: string): Promise<void> {
    await this.#tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-c", folder, "sh");
    await this.type("PS1='prompt> '; unset NO_COLOR; clear", "Enter");
    await this.shows(/prompt> *\s*$/);
  }

  async type(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  async screen(): Promise<string> {
    return await this.#tmux("capture-pane", "-p");
  }

  /** Waits until the screen shows something, and returns it. */
  async shows(pattern: RegExp): Promise<string> {
    for (let look = 0; look < LOOKS_MAX; look++) {
      const screen = await this.screen();
      if (pattern.test(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`The terminal does not show ${pattern}:\n${await this.screen()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
  }
}

/** A home with two roles. */
async function makeHome(folder: string): Promise<void> {
  for (
    const args of [
      ["create", `--directory-at-host=${hostPort(freePort(), "127.0.0.99")}`],
      ["add", rolePath("idle.ts"), "idle", "--role-count=2"],
    ]
  ) {
    const { code, err } = await runCake(folder, ...args);
    assert(code === 0, err);
  }
}

Deno.test({
  name: "cake run and cake top on a terminal",
  ignore: !hasTmux,
  async fn() {
    await using folder = await demoFolder();
    await makeHome(folder.path);
    await using runner = new Terminal();
    await runner.open(folder.path);
    await runner.type(terminalCommand("run", "--debug-level=CONSOLE"), "Enter");
    await runner.shows(/^idle-0 \| up after [\d.]+s$/m);
    await runner.shows(/^idle-1 \| \d\d:\d\d:\d\d\.\d{3} \^ idle - idling \(label=null\)$/m);

    await using viewer = new Terminal();
    await viewer.open(folder.path);
    await viewer.type("echo before", "Enter");
    await viewer.shows(/^before$/m);
    await viewer.type(terminalCommand("top"), "Enter");
    const screen = await viewer.shows(/^> idle-0 up /m);
    assert(screen.startsWith("cake top - 2 of 2 roles run - "), screen);
    assert(!screen.includes("before"), "it has a screen of its own");
    await viewer.type("Down", "r");
    await viewer.shows(/^restart "idle-1"\? y for yes, any other key for no$/m);
    await viewer.type("y");
    await viewer.shows(/^> idle-1 up +\S+ +1 /m);
    await runner.shows(/^idle-1 \| ended after [^]*^idle-1 \| up after/m);
    await viewer.type("s", "y");
    await viewer.shows(/^> idle-1 stopped /m);
    await runner.shows(/^idle-1 \| stays stopped$/m);
    await viewer.type("n");
    await viewer.shows(/^\[GROUP\] group-cake /m);
    await viewer.type("q");
    const after = await viewer.shows(/prompt> *\s*$/);
    assert(after.includes("before"), "the terminal is as it was");

    await runner.type("C-c");
    await runner.shows(/^idle-0 \| ended after [\d.ms]+: aborted \(user or software interrupt\)$/m);
    await runner.shows(/^cake {3}\| cake: aborted/m);
  },
});

Deno.test({
  name: "cake log --follow on a terminal",
  ignore: !hasTmux,
  async fn() {
    await using folder = await demoFolder();
    await makeHome(folder.path);
    const start = await runCake(folder.path, "start");
    assert(start.code === 0, start.err);
    try {
      await using reader = new Terminal();
      await reader.open(folder.path);
      await reader.type(terminalCommand("log", "idle-0", "--follow", "--tags=^"), "Enter");
      await reader.shows(/\^ <[0-9a-f]{8}>idle - idling/);
      await runCake(folder.path, "stop");
      await reader.shows(/\^ <[0-9a-f]{8}>idle - interrupted/);
      await reader.type("C-c");
      await reader.shows(/prompt> *\s*$/);
    } finally {
      await runCake(folder.path, "stop");
    }
  },
});
