/** The last step of a frame in this thread: to who it is for, or who takes it further. */

import { CodecError, isRemote, type Kernel, lastHop, type Receiver } from "../../runtime/mod.ts";
import { hasBranches, isTransitReceiver } from "../relay.ts";
import { FrameDecoder, isFrameReceiver, type ThreadFrame, transitOf } from "./frame.ts";

/** Delivers frames in one runtime. */
export class FrameDelivery {
  readonly #kernel: Kernel;
  readonly #decoder: FrameDecoder;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#decoder = new FrameDecoder(kernel);
  }

  /** Takes a frame where it goes. Never fails. */
  deliver(frame: ThreadFrame): void {
    const { to, from } = frame;
    const receiver = this.#kernel.receiverAt(isRemote(to) ? lastHop(to) : to);
    if (receiver === undefined) this.#kernel.lose(to, from);
    else if (isFrameReceiver(receiver)) receiver.takeFrame(frame);
    else if (isTransitReceiver(receiver) && isPassedOn(frame)) receiver.passOn(transitOf(frame));
    else if (isRemote(to) && !isTransitReceiver(receiver) && !hasBranches(receiver)) this.#kernel.lose(to, from);
    else this.#deliverHere(frame, receiver);
  }

  #deliverHere(frame: ThreadFrame, receiver: Receiver): void {
    const { to, from } = frame;
    let message: unknown;
    try {
      message = this.#decoder.message(frame);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#kernel.note("!", `Cannot read a message from ${from} for ${to}: ${error.message}`);
      return;
    }
    receiver.deliver(message, to, from);
  }
}

/** True for what is none of the connection's business that it goes by: so is all that other processes say. */
function isPassedOn({ to, origin }: ThreadFrame): boolean {
  return isRemote(to) ? origin !== "command" : origin === "process";
}
