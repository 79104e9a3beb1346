/**
 * The recorded exchanges with the original's HTTP server, replayed. Where the original answered properly, the answer is
 * the same to the byte; where it kept the client waiting, or answered something else than was asked, cake answers.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { exchange, openHttpWorld } from "./http_fixture.ts";

interface Recording {
  readonly id: string;
  readonly side: "server" | "client";
  readonly fixture: string;
  readonly request: readonly (string | number)[];
  readonly response: readonly string[];
  readonly after: "open" | "closed" | "reset";
}

/** What cake does instead: how its answer begins or what it is, and how the connection is left. */
interface Difference {
  readonly why: string;
  readonly answer: RegExp;
  readonly after: "open" | "closed";
}

function head(status: string): string {
  return `HTTP/1\\.1 ${status}\\r\\nDate: <DATE>\\r\\nServer: Layer-Cake-API-server/1\\.0\\r\\n`;
}

function ok(...values: string[]): RegExp {
  const body = (value: string) => value.replaceAll(/[[\]{}.]/g, "\\$&");
  return new RegExp(`^${values.map((value) => `${head("200 OK")}[^{]*${body(value)}`).join("")}$`);
}

function refused(status: string, text = ""): RegExp {
  return new RegExp(
    `^${head(status)}Content-Length: \\d+\\r\\nContent-Type: text/plain; charset=utf-8\\r\\n` +
      `Connection: close\\r\\n\\r\\n.*${text}.*\\n$`,
  );
}

const table = (value: string) => `{"value":["vector<vector<float8>>",${value},[]]}`;
const ACK = `{"value":["layer_cake.point_runtime.Ack",{},[]]}`;
const MALFORMED = "malformed is refused, and ends the connection, as nobody can say where the next request begins";
const UNANSWERED = "a hang became an answer";

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  "c-binary": { why: MALFORMED, answer: refused("400 Bad Request"), after: "closed" },
  "c-garbage": { why: MALFORMED, answer: refused("400 Bad Request"), after: "closed" },
  "c-no-version": { why: MALFORMED, answer: refused("400 Bad Request", "no version"), after: "closed" },
  "c-length-word": { why: UNANSWERED, answer: refused("400 Bad Request", "Content-Length"), after: "closed" },
  "c-length-large": { why: UNANSWERED, answer: refused("413 Too Large", "262144"), after: "closed" },
  "c-chunked": { why: "the body is read", answer: ok(table("[[0.0,1.0]]")), after: "open" },
  "c-expect": {
    why: "the client is told to go on",
    answer: new RegExp(`^HTTP/1\\.1 100 Continue\\r\\n\\r\\n${ok(table("[[0.0,1.0]]")).source.slice(1)}`),
    after: "open",
  },
  "c-http10": {
    why: "HTTP/1.0 has no keep-alive",
    answer: new RegExp(`Connection: close\\r\\n\\r\\n{"value"`),
    after: "closed",
  },
  "c-newline-only": {
    why: "one request only, as parsers differ over such lines",
    answer: new RegExp(`^${head("200 OK")}.*\\r\\n.*\\r\\nConnection: close\\r\\n\\r\\n{"value":.*\\[\\[0\\.0\\]\\]`),
    after: "closed",
  },
  "c-pipeline-slow": {
    why: "answers come in the order of the requests",
    answer: ok(`{"value":["integer8",1,[]]}`, `{"value":["integer8",2,[]]}`),
    after: "open",
  },
  "f-charset": { why: "what every browser sends", answer: ok(table("[[0.0,1.0]]")), after: "open" },
  "h-empty-value": { why: UNANSWERED, answer: ok(table("[[0.0]]"), ACK), after: "open" },
  "h-fold": { why: UNANSWERED, answer: refused("400 Bad Request", "whitespace"), after: "closed" },
  "h-latin": { why: UNANSWERED, answer: ok(table("[[0.0]]"), ACK), after: "open" },
  "h-longer-uri": { why: UNANSWERED, answer: refused("414 URI Too Long", "8000"), after: "closed" },
  "h-longer-value": { why: UNANSWERED, answer: ok(table("[[0.0]]"), ACK), after: "open" },
  "h-lower-length": { why: "names of headers have no case", answer: ok(table("[[0.0,1.0]]")), after: "open" },
  "h-lower-type": { why: "names of headers have no case", answer: ok(table("[[0.0,1.0]]")), after: "open" },
  "q-any": {
    why: "the service lives on",
    answer: /^HTTP\/1\.1 400 .*no conversion for "anything" \(cannot decode \(/s,
    after: "open",
  },
  "q-head": {
    why: "HEAD has no body",
    answer: new RegExp(`^${head("200 OK")}Content-Length: 47\\r\\n[^{]*$`),
    after: "open",
  },
  "q-slash-in-value": { why: UNANSWERED, answer: /^HTTP\/1\.1 200 OK.*"text":"a\/b"/s, after: "open" },
  "q-time-bad": {
    why: "the member is named",
    answer: /^HTTP\/1\.1 400 Bad Request.*"world".*"today"/s,
    after: "open",
  },
  "q-uuid-bad": {
    why: "the member is named",
    answer: /^HTTP\/1\.1 400 Bad Request.*"ident".*UUID.*"zz"/s,
    after: "open",
  },
  "r-raise": { why: "the process lives on; see the time limits of answers", answer: /^$/, after: "open" },
  "u-options": {
    why: "OPTIONS is answered",
    answer: /^HTTP\/1\.1 200 OK.*Allow: GET, HEAD, POST, OPTIONS/s,
    after: "open",
  },
  "u-star": {
    why: "OPTIONS is answered",
    answer: /^HTTP\/1\.1 200 OK.*Allow: GET, HEAD, POST, OPTIONS/s,
    after: "open",
  },
  "u-unknown": { why: UNANSWERED, answer: /^HTTP\/1\.1 404 Not Found.*"\/Nope\?x=1".*Xy, Kinds/s, after: "open" },
  "u-unknown-plain": { why: UNANSWERED, answer: /^HTTP\/1\.1 404 Not Found.*"\/favicon\.ico"/s, after: "open" },
  "u-unknown-refused": { why: "a path that leads nowhere is 404", answer: /^HTTP\/1\.1 404 Not Found/, after: "open" },
};

/** Spells out what was cut in the recording: `<...261461 characters...>` of the letter around it, `<'a' x 100>`. */
function spellOut(text: string): string {
  return text
    .replace(
      /(.)<\.\.\.(\d+) characters\.\.\.>/g,
      (_, letter: string, count: string) => letter.repeat(1 + Number(count)),
    )
    .replace(/<'(.)' x (\d+)>/g, (_, letter: string, count: string) => letter.repeat(Number(count)));
}

function withoutDate(text: string): string {
  return text.replace(/Date: [^\r]*/g, "Date: <DATE>");
}

/** What an answer says, with the date, and the words of the JSON parser and of the type system, taken out. */
function comparable(text: string): string {
  return withoutDate(text).replace(
    /Content-Length: \d+(\r\n[^{]*?cannot decode(?:, near "[^"]*")?) \(.*\)$/s,
    "Content-Length: <LENGTH>$1 (<WHY>)",
  );
}

const recordings: Recording[] = Deno.readTextFileSync(new URL("../testdata/http.jsonl", import.meta.url))
  .trim().split("\n").map((line) => JSON.parse(line));
const served = recordings.filter(({ side, fixture }) => side === "server" && fixture.startsWith("http_server.py"));

for (const { id, fixture, request, response, after } of served) {
  const difference = DIFFERENCES[id];
  Deno.test(`openHttpListener answers ${id} ${difference ? `differently: ${difference.why}` : "as recorded"}`, async () => {
    const answerUnknown = fixture.includes("--answer-unknown");
    const world = await openHttpWorld({ answerUnknown, request: { defaultToRequest: answerUnknown } });
    const pieces = request.map((piece) => typeof piece === "string" ? spellOut(piece) : piece);
    const client = await exchange(world, ...pieces);
    if (difference === undefined) {
      assertEquals(comparable(client.received), comparable(spellOut(response.join(""))));
    } else assertMatch(withoutDate(client.received), difference.answer);
    assertEquals(client.after, difference?.after ?? after);
  });
}

Deno.test("openHttpListener is compared with all recordings of the original's API server", () => {
  assert(served.length > 75);
  const ids = new Set(served.map(({ id }) => id));
  assertEquals(Object.keys(DIFFERENCES).filter((id) => !ids.has(id)), []);
});
