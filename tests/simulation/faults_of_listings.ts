/** What applications do: they publish, subscribe and take it back, one at a time or very many at once. */

import type { SeededRandom } from "../../runtime/simulation/mod.ts";
import { ACTORS } from "./shape.ts";
import type { Stage } from "./stage.ts";
import type { Tenant } from "./tenant.ts";
import type { Wish } from "./wishes.ts";
import type { Witness } from "./witness.ts";

/** Turns of those who cannot make up their mind for long. */
const LONG_FLAP = 60;
const STORM_MIN = 20;
const STORM_RANGE = 60;

/** One of the living processes with one of its actors; one that has ended starts again instead. */
function actorOf(stage: Stage, random: SeededRandom): { tenant: Tenant; witness: Witness; actor: number } | null {
  const seat = stage.home(random);
  if (seat === null) return null;
  const { tenant } = seat;
  if (tenant === null) {
    seat.start();
    return null;
  }
  const actor = random.integer(tenant.witnesses.length);
  return { tenant, witness: tenant.witnesses[actor]!, actor };
}

/** An actor publishes or subscribes, besides what its program does. */
export function wish(stage: Stage, random: SeededRandom, kind: Wish["kind"]): void {
  const found = actorOf(stage, random);
  if (found === null) return;
  const wish = { ...stage.wishes.draw(kind, random), actor: found.actor };
  stage.note(`${found.witness.name} ${kind} ${wish.text} ${wish.scope}`);
  found.tenant.ask(wish);
}

/** An actor takes back one of its listings, and perhaps asks for the same again at once. */
export function clear(stage: Stage, random: SeededRandom): void {
  const found = actorOf(stage, random);
  const ids = [...found?.witness.published.keys() ?? [], ...found?.witness.subscribed.keys() ?? []];
  if (found === null || ids.length === 0) return;
  const { tenant, witness, actor } = found;
  const id = random.pick(ids);
  const [published, subscribed] = [witness.published.get(id), witness.subscribed.get(id)];
  stage.note(`${witness.name} clears ${published?.name ?? subscribed?.search}`);
  tenant.clear(witness, id);
  if (!random.chance(0.4)) return;
  const kind = published === undefined ? "subscribe" : "publish";
  const text = published?.name ?? subscribed?.search;
  tenant.ask({ ...stage.wishes.draw(kind, random), actor, text: text! });
}

/** A service that cannot make up its mind: publishes and clears the same name again and again. */
export function flap(stage: Stage, random: SeededRandom): void {
  const found = actorOf(stage, random);
  if (found === null) return;
  const { tenant, witness, actor } = found;
  const wish = { ...stage.wishes.draw("publish", random), actor };
  const pauseMs = random.pick([0, 0.2, 5, 120, 900]);
  stage.note(`${witness.name} publishes and clears ${wish.text} ${wish.scope}, every ${pauseMs} ms`);
  const times = random.chance(0.25) ? LONG_FLAP : 3 + random.integer(12);
  for (let time = 0; time < times; time++) {
    stage.later(time * pauseMs, () => {
      const listed = [...witness.published].find(([, { name }]) => name === wish.text);
      if (listed === undefined) tenant.ask(wish);
      else tenant.clear(witness, listed[0]);
    });
  }
}

/** Two publish one name and lose their directory in turns, so that each time the other one takes over; both go on living. */
export function takeTurns(stage: Stage, random: SeededRandom): void {
  const { wishes, simulation } = stage;
  const siblings = stage.siblings(random);
  const parent = siblings?.[0].parent;
  if (siblings === null || parent === null || parent === undefined) return;
  const { text } = wishes.draw("publish", random);
  const wish = { text, scope: parent.scope, actor: random.integer(ACTORS), isEncrypted: false };
  const pauseMs = random.pick([300, 500, 800]);
  stage.note(`${siblings.map(({ name }) => name).join(" and ")} take turns with ${text}, every ${pauseMs} ms`);
  for (const { tenant } of siblings) tenant?.ask({ ...wish, kind: "publish" });
  stage.home(random)?.tenant?.ask({ ...wish, kind: "subscribe" });
  for (let turn = 0; turn < LONG_FLAP; turn++) {
    const { process } = siblings[turn % 2]!;
    stage.later(turn * pauseMs, () => void simulation.breakConnections(process, parent.process));
  }
}

/** An actor ends while its process lives on, perhaps just when it has asked for something, and another one takes its place. */
export function endActor(stage: Stage, random: SeededRandom): void {
  const found = actorOf(stage, random);
  if (found === null) return;
  const fails = random.chance(0.5);
  const kinds = random.pick([[], [], ["publish"], ["subscribe"], ["publish", "publish", "subscribe"]] as const);
  const last = kinds.map((kind) => stage.wishes.draw(kind, random));
  stage.note(`${found.witness.name} ${fails ? "fails" : "returns"}`);
  found.tenant.endActor(found.actor, { fails, last, resumes: random.chance(0.6) });
}

/** Several processes want the same name at the same moment. */
export function clash(stage: Stage, random: SeededRandom): void {
  const wish = stage.wishes.draw("publish", random);
  stage.note(`several publish ${wish.text} ${wish.scope}`);
  for (let count = 2 + random.integer(3); count > 0; count--) stage.home(random)?.tenant?.ask(wish);
}

/** An actor subscribes with very many patterns, or publishes very many names; later it takes them back. */
export function storm(stage: Stage, random: SeededRandom, kind: Wish["kind"]): void {
  const found = actorOf(stage, random);
  if (found === null) return;
  const { tenant, witness, actor } = found;
  const count = STORM_MIN + random.integer(STORM_RANGE);
  const { scope } = stage.wishes.draw(kind, random);
  stage.note(`${witness.name} ${kind} ${count} times ${scope}`);
  for (let at = 0; at < count; at++) {
    tenant.ask({
      kind,
      actor,
      text: kind === "publish" ? `storm:${at}` : `storm:[0-9]*${at}`,
      scope,
      isEncrypted: false,
    });
  }
  stage.during(random.pick([100, 2_000]), () => {
    const listed = [...witness.published, ...witness.subscribed].filter(([, listing]) =>
      ("name" in listing ? listing.name : listing.search)!.startsWith("storm:")
    );
    for (const [id] of listed) tenant.clear(witness, id);
  });
}

/** Those who have sessions use them. */
export function talk(stage: Stage, random: SeededRandom): void {
  const words = random.pick([1, 3, 20]);
  for (const seat of stage.village.seats) if (random.chance(0.5)) seat.tenant?.talk(words);
}
