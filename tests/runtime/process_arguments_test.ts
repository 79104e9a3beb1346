import { assertEquals, assertThrows } from "@std/assert";
import { HostPort } from "../../runtime/messages/host_port.ts";
import { addressProblem } from "../../runtime/process/address_settings.ts";
import { Cast } from "../../runtime/types/cast.ts";
import { Message } from "../../runtime/types/message.ts";
import { Boolean, Integer8, Unicode } from "../../runtime/types/portable.ts";
import {
  ArgumentError,
  extractSettings,
  forwardedArguments,
  refuseCollisions,
  refuseUnknown,
  shortForm,
  splitArguments,
} from "../../runtime/process/arguments.ts";
import { extractStandard, STANDARD_ARGUMENTS } from "../../runtime/process/standard_arguments.ts";

class Greet extends Message({ name: Unicode, count: Integer8, loud: Boolean }) {}
class Clash extends Message({ firstName: Unicode, familyName: Unicode }) {}

function extract(argv: string[], table = Greet.members): Record<string, unknown> {
  const { settings } = extractSettings(splitArguments(argv), table);
  return Object.fromEntries([...settings].map(([key, held]) => [key, held instanceof Cast ? held.value : held]));
}

Deno.test("splitArguments() decides by the start of each argument alone", () => {
  const { words, long, short } = splitArguments(["a", "--name=x=y", "b", "-c=2", "--loud", "--", "-", "-5", "--text="]);
  assertEquals(words, ["a", "b"]);
  assertEquals([...long], [["name", "x=y"], ["loud", undefined], ["", undefined], ["text", ""]]);
  assertEquals([...short], [["c", "2"], ["", undefined], ["5", undefined]]);
});

Deno.test("splitArguments() lets the last of two equal names win", () => {
  assertEquals([...splitArguments(["--name=a", "--name=b"]).long], [["name", "b"]]);
});

Deno.test("shortForm() takes the initials of the parts, skipping empty ones", () => {
  assertEquals(["role_name", "from_", "count", "connect_to_directory"].map(shortForm), ["rn", "f", "c", "ctd"]);
});

Deno.test("extractSettings() takes long and short forms, with dashes or underscores", () => {
  assertEquals(extract(["--name=you", "-c=2", "-l"]), { name: "you", count: 2, loud: true });
  assertEquals(extract(["--first-name=a", "--family_name=b"], Clash.members), { first_name: "a", family_name: "b" });
});

Deno.test("extractSettings() keeps values with their types, and null for a name without a value", () => {
  const { settings } = extractSettings(splitArguments(["--count=3", "--name"]), Greet.members);
  assertEquals((settings.get("count") as Cast).type, Integer8);
  assertEquals(settings.get("name"), null);
});

Deno.test("extractSettings() leaves what is not in the table, in the form it was given", () => {
  const { rest } = extractSettings(splitArguments(["--count=3", "--colour=red", "-q", "word"]), Greet.members);
  assertEquals(forwardedArguments(rest), ["--colour=red", "-q"]);
  assertEquals(rest.words, ["word"]);
});

Deno.test("extractSettings() refuses an ambiguous short form and suggests the first name", () => {
  assertThrows(
    () => extract(["-fn=a"], Clash.members),
    ArgumentError,
    "ambiguous short settings (first_name, family_name), use long form --first-name=<value>",
  );
});

Deno.test("extractSettings() refuses both forms of one name", () => {
  assertThrows(
    () => extract(["--name=a", "-n=b"]),
    ArgumentError,
    'cannot decode value for "n" (use of both long and short forms)',
  );
});

Deno.test("extractSettings() names the argument as typed when a value does not decode, in the short form, too", () => {
  assertThrows(() => extract(["--count=abc"]), ArgumentError, 'cannot decode value for "count" (');
  assertThrows(() => extract(["-c=1.5"]), ArgumentError, 'cannot decode value for "c" (');
  assertThrows(() => extract(["--loud=1"]), ArgumentError, 'cannot decode value for "loud" (');
});

Deno.test("extractSettings() is not led astray by names of object members", () => {
  const { settings, rest } = extractSettings(splitArguments(["--__proto__=1", "--constructor=2"]), Greet.members);
  assertEquals(settings.size, 0);
  assertEquals([...rest.long.keys()], ["__proto__", "constructor"]);
});

Deno.test("refuseUnknown() lists long names first, without dashes", () => {
  const { rest } = extractSettings(splitArguments(["-q", "--colour=red"]), Greet.members);
  assertThrows(() => refuseUnknown(rest), ArgumentError, "unknown arguments (colour, q)");
});

Deno.test("refuseCollisions() names what is declared twice", () => {
  class Collide extends Message({ roleName: Unicode }) {}
  assertThrows(
    () => refuseCollisions(STANDARD_ARGUMENTS, Collide.members),
    ArgumentError,
    "collision in settings names - role_name",
  );
});

Deno.test("forwardedArguments() drops the equals sign of an empty value", () => {
  assertEquals(forwardedArguments(splitArguments(["-b=1", "--a=", "--c=2", "--d"])), ["--a", "--c=2", "--d", "-b=1"]);
});

Deno.test("extractStandard() reads what a parent of the original writes", () => {
  const { commandLine, rest } = extractStandard(splitArguments([
    "--directory-scope=PROCESS",
    '--connect-to-directory={"host": "127.0.0.1", "port": 40001}',
    "--encrypted-process=false",
    "--origin=RUN_CHILD",
    "--child-process",
    "--full-output",
    "--home-path=/p/.layer-cake",
    "--role-name=greet",
    "--debug-level=CONSOLE",
    "--name=you",
  ]));
  assertEquals(commandLine.directoryScope, "PROCESS");
  assertEquals(String(commandLine.connectToDirectory), "127.0.0.1:40001");
  assertEquals([commandLine.encryptedProcess, commandLine.childProcess, commandLine.fullOutput], [false, true, true]);
  assertEquals([commandLine.origin, commandLine.homePath], ["RUN_CHILD", "/p/.layer-cake"]);
  assertEquals([commandLine.roleName, commandLine.debugLevel as string], ["greet", "CONSOLE"]);
  assertEquals([...rest.long], [["name", "you"]]);
});

Deno.test("extractStandard() refuses unknown members of enumerations in the words of the original", () => {
  assertThrows(
    () => extractStandard(splitArguments(["--origin=NOWHERE"])),
    ArgumentError,
    'cannot decode value for "origin" (undefined enum "ProcessOrigin.NOWHERE")',
  );
  assertThrows(
    () => extractStandard(splitArguments(["--debug-level=LOUD"])),
    ArgumentError,
    'cannot decode value for "debug-level" (undefined enum "USER_LOG.LOUD")',
  );
  assertThrows(
    () => extractStandard(splitArguments(["-dr"])),
    ArgumentError,
    "ambiguous short settings (dump_role, delete_role), use long form --dump-role=<value>",
  );
});

Deno.test("extractStandard() refuses addresses that can't be used, and takes those that are not set", () => {
  const extracted = (...argv: string[]) => extractStandard(splitArguments(argv)).commandLine;
  for (const name of ["connect-to-directory", "accept-directories-at"]) {
    assertThrows(
      () => extracted(`--${name}={"host": "here"}`),
      ArgumentError,
      `cannot use --${name}={"host": "here", "port": null} (no port`,
    );
    assertEquals(extracted(`--${name}={}`).connectToDirectory.host, null);
  }
  assertThrows(() => extracted('-ctd={"host": "here", "port": 0}'), ArgumentError, "port 0, expected 1 to 65535");
  assertEquals(extracted('-ada={"host": "::1", "port": 0}').acceptDirectoriesAt.port, 0);
});

Deno.test("addressProblem() takes names and addresses of hosts, and nothing else", () => {
  const problem = (host: string | null, port: number | null = 1) => addressProblem(new HostPort(host, port), "connect");
  for (
    const host of ["localhost", "a.b-c.de", "my_host", "127.0.0.1", "::1", "[::1]", "fe80::1%eth0", "::ffff:1.2.3.4"]
  ) {
    assertEquals(problem(host), null, host);
  }
  for (const host of ["", " ", "a b", "a:1", "http://a", "a/b", "x".repeat(256), "::g"]) {
    assertEquals(typeof problem(host), "string", host);
  }
  assertEquals([problem(null, null), problem(null), problem("a", null)], [
    null,
    "no host",
    "no port, expected 1 to 65535",
  ]);
  assertEquals([1, 65_535, 0, -1, 65_536, 1.5].map((port) => problem("a", port) === null), [
    true,
    true,
    ...Array(4).fill(false),
  ]);
});
