/** Resource servers: the recorded exchanges with the original's, and what a dispatch takes and refuses. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Actor,
  bind,
  castTo,
  defType,
  Integer8,
  MapOf,
  Message,
  ReForm,
  type Routine,
  Unicode,
} from "../../runtime/mod.ts";
import { FormRequest, HttpResponse } from "../../net/http/messages.ts";
import { compileForm } from "../../net/http/resource.ts";
import { decodeBody, decodeResource, ResourceDispatch } from "../../net/http/resource_dispatch.ts";
import { exchange, openHttpWorld } from "./http_fixture.ts";

class Widget extends Message({ label: Unicode, size: Integer8 }) {}
class Note extends Message({ text: Unicode }) {}
bind(Widget, "__main__");
bind(Note, "__main__");

const FORM = new ReForm({
  form: "/{resource}(/{identity})?(/{part})?",
  entry: new Map([["resource", "\\w+"], ["identity", "[0-9]+"], ["part", "[a-z]+"]]),
});
const STORE_TYPE = defType(MapOf(Integer8, Widget));
const HEADER_TYPE = defType(MapOf(Unicode, Unicode));

/** The recorded service. */
function restServer() {
  const store = new Map<number, Widget>();
  const dispatch = new ResourceDispatch(FORM, [Widget, Note]);
  dispatch.add(Widget, "GET", {}, () => castTo(new Map(store), STORE_TYPE));
  dispatch.add(Widget, "POST", { body: decodeResource }, (_self, { body }) => {
    store.set(store.size + 1, body ?? new Widget());
    return new HttpResponse({ statusCode: 201, reasonPhrase: "Created" });
  });
  dispatch.add(Widget, "GET", { identity: Integer8 }, (_self, { identity }) => {
    return store.get(identity) ?? new HttpResponse({ statusCode: 404, reasonPhrase: "Not Found" });
  });
  dispatch.add(Widget, "GET", { identity: Number, part: null }, (_self, { identity, part }) => {
    return castTo(`${identity}:${part}`, Unicode);
  });
  dispatch.add(Widget, "DELETE", { identity: Integer8 }, () => null);
  dispatch.add(Widget, "PUT", { identity: Integer8, body: decodeBody(Note) }, (_self, { body }) => body);
  dispatch.add(Note, "GET", { header: null, http: null }, (_self, { header, http }) => {
    return castTo(new Map([...header, ["http", http]]), HEADER_TYPE);
  });
  dispatch.add(Note, "DELETE", { identity: Integer8 }, () => {
    throw new Error("inside handler");
  });
  return async (self: Routine) => {
    while (true) {
      const m = await self.input();
      if (m instanceof FormRequest) dispatch.handle(self as Actor, m);
    }
  };
}

interface Recording {
  readonly id: string;
  readonly fixture: string;
  readonly request: readonly string[];
  readonly response: readonly string[];
}

/** What stays of an answer: not the date, nor the words of the JSON parser and of the type system. */
function comparable(text: string): string {
  return text.replace(/Date: [^\r]*/g, "Date: <DATE>").replace(
    /Content-Length: \d+(\r\n[^{]*?cannot decode(?:, near "[^"]*")?) \(.*\)$/s,
    "Content-Length: <LENGTH>$1 (<WHY>)",
  );
}

const DIFFERENCES: Readonly<Record<string, string>> = {
  // Which methods there are is a matter of HTTP.
  "x-method-odd": "HTTP/1.1 501 Not Implemented",
  // The original's process ends with the handler; here the actor does, and its client is told in the end.
  "x-raise": "HTTP/1.1 503 Unavailable",
};

const recordings: Recording[] = Deno.readTextFileSync(new URL("../testdata/http.jsonl", import.meta.url))
  .trim().split("\n").map((line) => JSON.parse(line));
const served = recordings.filter(({ fixture }) => fixture.startsWith("rest_server.py"));

for (const { id, request, response } of served) {
  const difference = DIFFERENCES[id];
  Deno.test(`ResourceDispatch answers ${id} ${difference ? "differently" : "as recorded"}`, async () => {
    const world = await openHttpWorld({ controller: restServer(), request: { httpServer: [], uriForm: FORM } });
    const pieces = request.flatMap((piece) => [piece, 0.1]);
    const client = await exchange(world, ...pieces);
    if (difference !== undefined) {
      await client.until((received) => received !== "");
      assertEquals(client.received.split("\r\n", 1)[0], difference);
    } else assertEquals(comparable(client.received), comparable(response.join("")));
  });
}

Deno.test("ResourceDispatch is compared with all recordings of the original's resource server", () => {
  assert(served.length >= 14);
});

Deno.test("ResourceDispatch refuses a form without a resource", () => {
  const form = new ReForm({ form: "/{other}", entry: new Map([["other", "a"]]) });
  assertThrows(() => new ResourceDispatch(form, [Widget]), TypeError, 'no "resource" entry');
});

Deno.test("compileForm refuses what is no form, and names it", () => {
  const bad: readonly (readonly [string | null, string])[] = [
    [null, "without a pattern"],
    ["/{resource}/{missing}", 'no expression for "{missing}"'],
    ["/{resource", 'no expression for "{"'],
    ["/{resource}(", "missing closing )"],
  ];
  for (const [form, expected] of bad) {
    assertThrows(() => compileForm(new ReForm({ form, entry: new Map([["resource", "a"]]) })), TypeError, expected);
  }
});

Deno.test("compileForm takes doubled braces for single ones, and takes no time for any target", () => {
  const form = new ReForm({
    form: "/{resource}{{2}}(/{deep})?",
    entry: new Map([["resource", "ab?"], ["deep", "(a+)+b"]]),
  });
  const expression = compileForm(form);
  assert(expression.matcher("/abb").matches() === false && expression.matcher("/a").matches() === false);
  assert(expression.matcher(`/${"a".repeat(5000)}`).matches() === false);
});
