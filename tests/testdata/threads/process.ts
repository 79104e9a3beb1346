// deno-lint-ignore-file no-console -- what programs say without their world is what is looked at
// A thread that stands for a process, or a process: does what its command line says.
import process from "node:process";
import { enterThread, realWorld } from "../../../runtime/mod.ts";

const inThread = "WorkerGlobalScope" in globalThis;
if (inThread) await enterThread();
const world = realWorld();
const { environment, files, processes } = world;
const [command, ...words] = processes.self.arguments;

switch (command) {
  case "echo":
    environment.writeError("an error\n");
    console.log([...words, environment.variable("CAKE_TEST_VARIABLE") ?? ""].join("|"));
    processes.exit(0);
    break;
  case "end":
    if (words[0] === "Deno.exit") Deno.exit(3);
    if (words[0] === "process.exit") process.exit(4);
    if (words[0] === "world.exit") processes.exit(5);
    if (words[0] === "close") self.close();
    if (words[0] === "throw") throw new Error("thrown on purpose");
    break;
  case "listen":
    processes.onSignal("SIGINT", () => environment.writeError("SIGINT\n"));
    environment.writeError("listening\n");
    break;
  case "loop":
    processes.onSignal("SIGINT", () => {});
    environment.writeError("looping\n");
    for (;;);
  case "lock": {
    const [path = "", other] = words;
    if (other !== undefined) environment.writeError(`held by ${await files.lockHolder(other)}\n`);
    environment.writeError(await files.lock(path) === null ? "refused\n" : "locked\n");
    break;
  }
  case "holder":
    environment.writeOutput(`${JSON.stringify(await files.lockHolder(words[0]!))}\n`);
    break;
}
