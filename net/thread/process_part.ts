/** What a thread knows of its process, on its way there: its actors see the same role, words and folders as any other. */

import {
  childrenOf,
  CommandLine,
  decode,
  encode,
  type Kernel,
  type ProcessContext,
  processContext,
} from "../../runtime/mod.ts";
import type { ProcessPart } from "./orders.ts";

/** What there is to know. */
export function packProcess(kernel: Kernel): ProcessPart {
  const { commandLine, words, executable, resourcePath, modelPath } = processContext(kernel);
  return {
    commandLine: encode(commandLine, CommandLine.portable),
    words,
    executable,
    resourcePath,
    modelPath,
    isEnding: childrenOf(kernel).isClosed,
  };
}

/**
 * The reverse.
 *
 * @param temporaryPath Asks the main thread, which makes the folder and removes it.
 */
export function unpackProcess(part: ProcessPart, temporaryPath: () => Promise<string>): ProcessContext {
  const { words, executable, resourcePath, modelPath } = part;
  return {
    commandLine: decode(part.commandLine, CommandLine.portable) as CommandLine,
    words,
    executable,
    resourcePath,
    modelPath,
    temporaryPath,
    cleanUp: () => Promise.resolve(),
  };
}
