/** Asking executables to do something with their roles: several at a time, until one refuses. */

import { type AddressValue, Faulted, Returned, type Routine, Stop } from "../runtime/mod.ts";

/** Executables that are asked at the same time. */
const PARALLEL_MAX = 4;

/** What to ask, and how to understand the answers. */
export interface RoleQuestions {
  readonly roles: readonly string[];
  /** Makes the actor that asks for one role. */
  ask(role: string): AddressValue;
  /** What is wrong with an answer, or null. */
  problemOf(answer: unknown): Faulted | null;
}

/** Roles that were done, and the first refusal, after which nobody was asked any more. */
export interface RoleAnswers {
  readonly done: readonly string[];
  readonly refusal: Faulted | null;
}

/** Asks for each role. The first is asked alone, as a refusal is mostly one for all. */
export async function askRoles(self: Routine, questions: RoleQuestions): Promise<RoleAnswers> {
  const waiting = [...questions.roles];
  const done: string[] = [];
  let refusal: Faulted | null = null;
  let atOnce = 1;
  while (true) {
    while (refusal === null && waiting.length > 0 && self.working() < atOnce) {
      const role = waiting.shift()!;
      self.assign(questions.ask(role), role);
    }
    if (self.working() === 0) return { done, refusal };
    const message = await self.input();
    if (message instanceof Stop) {
      refusal ??= new Faulted("aborted", "user or software interrupt");
      self.abort();
    } else if (message instanceof Returned) {
      const role = self.debrief() as string;
      const problem = questions.problemOf(message.message);
      if (problem === null) done.push(role);
      else refusal ??= problem;
      atOnce = PARALLEL_MAX;
    }
  }
}
