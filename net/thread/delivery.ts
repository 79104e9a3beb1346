/** The last step of a frame in this thread: to who it is for, or who takes it further. */

import { CodecError, isRemote, type Kernel, type Receiver } from "../../runtime/mod.ts";
import { nextHop, type TransitReceiver } from "../relay.ts";
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
    const receiver = isRemote(to) ? nextHop(this.#kernel, to) : this.#kernel.receiverAt(to);
    if (receiver === undefined || receiver === null) this.#kernel.lose(to, from);
    else if (isFrameReceiver(receiver)) receiver.takeFrame(frame);
    else if (isRemote(to)) (receiver as TransitReceiver).passOn(transitOf(frame));
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
