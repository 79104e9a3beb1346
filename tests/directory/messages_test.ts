import { assert, assertEquals } from "@std/assert";
import {
  Available,
  NotPublished,
  PublishAs,
  Published,
  RouteOverLoop,
  RouteToAddress,
  SubscriberRoute,
} from "../../directory/messages.ts";
import {
  encodeMessage,
  Faulted,
  HostPort,
  MessageBase,
  type MessageClass,
  typeBySignature,
} from "../../runtime/mod.ts";

const MODULE = "layer_cake.object_directory.";

interface Catalogue {
  readonly pre_registered_constructed_signatures: readonly string[];
  readonly library_types: Readonly<
    Record<string, { readonly members: Record<string, string>; readonly defaults: Record<string, unknown> }>
  >;
}

/** All message classes of the original with their members and defaults, as recorded. */
const catalogue: Catalogue = JSON.parse(await Deno.readTextFile(new URL("../testdata/types.json", import.meta.url)));
const recorded = Object.entries(catalogue.library_types).filter(([name]) => name.startsWith(MODULE));

function classOf(name: string): MessageClass {
  const type = typeBySignature(name) as { readonly messageClass?: MessageClass } | undefined;
  assert(type?.messageClass !== undefined, `${name} is not registered`);
  return type.messageClass;
}

/** Members that the original does not have: it skips them when it reads, and never sees them unless it was asked with one. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  ListDirectory: ["part"],
  GetDirectory: ["about", "part"],
  DirectoryListing: ["details", "page"],
};

function isAdded(name: string, wireName: string): boolean {
  return ADDED[name.slice(MODULE.length)]?.includes(wireName) ?? false;
}

Deno.test("messages of directories have the original's members, in its order, and others only where they are left out", () => {
  assertEquals(recorded.length, 39);
  for (const [name, { members }] of recorded) {
    const type = classOf(name);
    const own = type.members.filter(({ wireName }) => !isAdded(name, wireName));
    assertEquals(own.map(({ wireName, type }) => [wireName, type.signature]), Object.entries(members), name);
    const text = encodeMessage(new type());
    assertEquals(type.members.filter(({ wireName }) => isAdded(name, wireName) && text.includes(wireName)), []);
  }
});

/** A value in the form of the recording, as far as these messages need it. */
function recordedForm(value: unknown): unknown {
  if (value instanceof HostPort) return { host: value.host, port: value.port };
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) return [...value];
  return value instanceof MessageBase ? "message" : value;
}

function plainForm(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const held = value as Record<string, unknown>;
  for (const key of ["str", "list", "set", "map", "name"]) if (Object.hasOwn(held, key)) return held[key];
  return Object.hasOwn(held, "members") ? held["members"] : value;
}

Deno.test("messages of directories have the original's defaults", () => {
  for (const [name, { defaults }] of recorded) {
    const type = classOf(name);
    const made = new type() as Record<string, unknown>;
    for (const { name: member, wireName } of type.members) {
      if (isAdded(name, wireName)) continue;
      assertEquals(recordedForm(made[member]), plainForm(defaults[wireName]), `${name}.${wireName}`);
    }
  }
});

Deno.test("messages of directories make the types of their members known", () => {
  for (const signature of catalogue.pre_registered_constructed_signatures) {
    if (signature.includes(MODULE)) assert(typeBySignature(signature) !== undefined, signature);
  }
});

Deno.test("routes are handled as SubscriberRoute, refusals as Faulted", () => {
  assert(new RouteOverLoop() instanceof SubscriberRoute && new RouteToAddress() instanceof SubscriberRoute);
  const refusal = NotPublished.of(new PublishAs({ name: "svc", scope: "HOST" }), "already published");
  assert(refusal instanceof Faulted);
  assertEquals(refusal.toString(), 'cannot publish as "svc" (already published)');
  assertEquals([refusal.name, refusal.scope, refusal.note], ["svc", "HOST", "already published"]);
  assert(!(new Available() instanceof SubscriberRoute) && new Published().listeningIpp.host === null);
});
