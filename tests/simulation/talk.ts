/**
 * What the two ends of a session say to each other: numbered, so that what is lost or out of order is noticed. And what ends one
 * of them while its process lives on.
 */

import { bind, Boolean, Integer8, Message, Unicode } from "../../runtime/mod.ts";

const NUMBERED = {
  /** Of the one who counts: a text that is given to no other session. */
  session: Unicode,
  /** Counts up from 1. */
  number: Integer8,
} as const;

/** A subscriber's word to a publisher. */
export class Said extends Message(NUMBERED) {}
/** The publisher's answer to {@link Said}, with the same numbers. */
export class Heard extends Message(NUMBERED) {}
/** A publisher's word to a subscriber. */
export class Told extends Message(NUMBERED) {}

/** Asks an actor to end: to return, or to fail. */
export class EndYourself extends Message({ fails: Boolean }) {}

bind(Said, "simulation.Said");
bind(Heard, "simulation.Heard");
bind(Told, "simulation.Told");
bind(EndYourself, "simulation.EndYourself");
