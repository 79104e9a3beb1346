/** Manifests as values: what they say, what is wrong with them and where, and what has to be done to a home. */

import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { appliedRoles, appliedText } from "../../cli/manifest/applied.ts";
import { groupTexts } from "../../cli/manifest/group_texts.ts";
import {
  changeLines,
  type HomeState,
  planHome,
  type PresentRole,
  wantedRoles,
} from "../../cli/manifest/home_changes.ts";
import { type Manifest, readManifest } from "../../cli/manifest/manifest.ts";
import { withOverrides } from "../../cli/manifest/overrides.ts";
import { manifestSchema } from "../../cli/manifest/schema.ts";
import { readYaml } from "../../cli/manifest/yaml_tree.ts";

const EXAMPLE = await Deno.readTextFile(new URL("../demo/cake.yaml", import.meta.url));

function manifestOf(text: string): Manifest {
  const { manifest, problems } = readManifest(text);
  assert(manifest !== null, problems.map(({ message }) => message).join("\n"));
  return manifest;
}

/** What is wrong with a text, as editors are told. */
function problemsOf(text: string): string[] {
  return readManifest(text).problems.map(({ at, message }) => `${at.line}:${at.column}: ${message}`);
}

Deno.test("readManifest() reads the example as another reader of YAML does", () => {
  const { group, roles } = manifestOf(EXAMPLE);
  // deno-lint-ignore no-explicit-any
  const plain = parse(EXAMPLE) as any;
  assertEquals([...roles.keys()], Object.keys(plain.roles));
  assertEquals(roles.get("worker")?.count, plain.roles.worker.count);
  assertEquals(
    JSON.parse(roles.get("server")!.settings.get("server_address")!),
    plain.roles.server.settings.server_address,
  );
  assertEquals([group.mainRole, group.encryptedDirectory], [plain.main_role, plain.encrypted_directory]);
  assertEquals(group.retry?.firstSteps, plain.retry.first_steps);
  assertEquals([group.retry?.regularSteps, group.retry?.stepLimit], [
    plain.retry.regular_steps,
    plain.retry.step_limit,
  ]);
});

Deno.test("readManifest() takes dashes, anchors, both forms of addresses, and keys that are the user's", () => {
  const text = `
x-common: &common { name: "a b", port: 1 }
main-role: a
directory_at_host: localhost:1
directory-at-lan: { host: "::1", port: 2 }
roles:
  a: { executable: a.ts, settings: *common }
  b:
    executable: b
    count: 2
    start: 5
    settings: { table: [[a, 1.0], [b, ~]], big: 12345678901234567890, real: 5.0, yes: no, hex: 0x1F, none: ~, some-text: '' }
`;
  const { group, roles } = manifestOf(text);
  assertEquals(
    [group.mainRole, String(group.directoryAtHost), group.directoryAtLan?.host],
    ["a", "localhost:1", "::1"],
  );
  assertEquals([...roles.get("a")!.settings], [["name", "a b"], ["port", "1"]]);
  assertEquals([...roles.get("b")!.settings], [
    ["table", '[["a", 1.0], ["b", null]]'],
    ["big", "12345678901234567890"],
    ["real", "5.0"],
    ["yes", "no"],
    ["hex", "31"],
    ["some_text", ""],
  ]);
});

/** Manifests that are refused, and all that is said. */
const REFUSED: readonly (readonly [text: string, ...problems: string[]])[] = [
  ["", "1:1: expected a map, got nothing"],
  ["- 1\n", "1:1: expected a map, got a list"],
  ["roles:\n", "1:1: expected one role at least"],
  ["main_role: a\n", '1:1: missing key "roles"'],
  ["role: {}\n", '1:1: unknown key "role", did you mean "roles"?'],
  ["roles:\n  a:\n    excutable: x.ts\n", '3:5: unknown key "excutable" in "roles.a", did you mean "executable"?'],
  ["roles:\n  a:\n    executable: 5\n", '3:17: expected a text for "roles.a.executable", got 5'],
  ["roles:\n  a: a.ts\n", '2:6: expected a map for "roles.a", got "a.ts"'],
  [
    "roles:\n  a: { executable: a }\n  a: { executable: b }\n",
    '3:3: duplicate role "a" in "roles", first at line 2',
  ],
  [
    "roles: { a: { executable: a } }\nmain_role: a\nmain-role: a\n",
    '3:1: duplicate key "main_role", first at line 2',
  ],
  [
    "roles:\n  a: { executable: a, settings: { b-c: 1, b_c: 2 } }\n",
    '2:43: duplicate setting "b_c" in "roles.a.settings", first at line 2',
  ],
  ["roles: { a: { executable: a } }\nmain_role: b\n", '2:1: no role "b" to be the main role, did you mean "a"?'],
  [
    "roles: { w: { executable: a, count: 2, start: 3 } }\nmain_role: w\n",
    '2:1: no role "w" to be the main role, as that makes several: did you mean "w-3"?',
  ],
  [
    "roles: { a: { executable: a, count: 2 }, a-1: { executable: b } }\n",
    '1:42: role "a-1" makes "a-1", which role "a" makes, too',
  ],
  ["roles: { a: { executable: a, start: 1 } }\n", '1:30: "start" in "roles.a" needs a "count"'],
  [
    "roles: { a: { executable: a, count: 0 } }\n",
    '1:37: expected a whole number from 1 to 1000 for "roles.a.count", got 0',
  ],
  [
    "roles: { group: { executable: a } }\n",
    '1:10: role "group" has a reserved name: "group" begins those of cake',
  ],
  [
    "roles: { a.b: { executable: a } }\n",
    '1:10: "a.b" is no name of a role: expected letters, digits, dashes and underscores',
  ],
  [
    "roles: { a: { executable: a, settings: { home_path: x } } }\n",
    '1:42: "home_path" in "roles.a.settings" is an argument of every process, not a setting of this one',
  ],
  [
    "roles: { a: { executable: a, settings: { n: [.inf] } } }\n",
    '1:46: cannot use the value of "roles.a.settings.n": .inf is no number that a setting can hold',
  ],
  [
    "roles: { a: { executable: a } }\nstop_on_exit: yes\nretry: { first_steps: [1, -1], step_limit: 1.5 }\ndirectory_at_lan: there\n",
    '2:15: expected true or false for "stop_on_exit", got "yes"',
    '3:27: expected a number, 0 or more for "retry.first_steps[1]", got -1',
    '3:44: expected a whole number, 0 or more for "retry.step_limit", got 1.5',
    '4:19: expected an address such as "127.0.0.1:54195" for "directory_at_lan", got "there"',
  ],
  [
    "roles: { a: { executable: a } }\ndirectory_at_host: { host: a, port: 99999 }\n",
    '2:37: expected a whole number from 1 to 65535 for "directory_at_host.port", got 99999',
  ],
  ["roles: [\n", "2:1: flow sequence in block collection must be sufficiently indented and end with a ]"],
  ["roles: *none\n", '1:8: "*none" stands for nothing before it'],
  ["roles: !mine {}\n", "1:8: unresolved tag: !mine"],
  ["a: 1\n---\nb: 2\n", "2:1: holds more than one document"],
  ["? [a]\n: 1\n", "1:3: expected a name, got a list or a map"],
];

Deno.test("readManifest() says where it is wrong, and what", () => {
  for (const [text, ...problems] of REFUSED) assertEquals(problemsOf(text), problems, text);
});

Deno.test("readYaml() bounds what a small text can stand for", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 0; i < 8; i++) {
    const [name, before] = ["bcdefghij"[i]!, "abcdefghij"[i]!];
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(", ")}]`);
  }
  const messages = (text: string) => readYaml(text).problems.map(({ message }) => message);
  assertEquals(messages(bomb.join("\n")), ["holds more than 100000 values"]);
  assertEquals(messages("a: &a [*a]"), ["holds more than 64 values within values"]);
  assertEquals(messages("[".repeat(200) + "]".repeat(200)), ["holds more than 64 values within values"]);
  assertEquals(messages("[".repeat(3000)), ["holds more than 64 values within values"]);
  assertEquals(messages(" ".repeat(256 * 1024 + 1)), ["is longer than 262144 characters"]);
});

Deno.test("withOverrides() replaces what variables name, and leaves other variables to programs", () => {
  const manifest = manifestOf(`
roles:
  web: { executable: web.ts, settings: { site_name: a, port: 1 } }
  web-site: { executable: site.ts, count: 2, settings: { name: b } }
`);
  const apply = (variables: Record<string, string>) => withOverrides(manifest, new Map(Object.entries(variables)));
  const { manifest: changed, overrides, problems } = apply({
    LC_V_MAIN_ROLE: "web",
    LC_V_ENCRYPTED_DIRECTORY: "true",
    "LC_V_DIRECTORY-AT-LAN": '{"host": "h", "port": 5}',
    LC_V_WEB_PORT: "2",
    LC_V_WEB_SITE_COUNT: "7",
    "LC_V_WEB-SITE-EXECUTABLE": "other.ts",
    LC_V_WEB_COLOUR: "red",
    LC_V_web_port: "3",
    LC_V_: "x",
    PATH: "/bin",
  });
  assertEquals(problems, []);
  assertEquals(overrides.map(({ path }) => path), [
    "main_role",
    "encrypted_directory",
    "directory_at_lan",
    "roles.web.settings.port",
    "roles.web-site.count",
    "roles.web-site.executable",
  ]);
  assertEquals([...groupTexts(changed.group)], [
    ["main_role", "web"],
    ["directory_at_lan", '{"host": "h", "port": 5}'],
    ["encrypted_directory", "true"],
  ]);
  assertEquals(changed.roles.get("web")?.settings.get("port"), "2");
  assertEquals([changed.roles.get("web-site")?.count, changed.roles.get("web-site")?.executable], [7, "other.ts"]);
  assertEquals(apply({ LC_V_DIRECTORY_AT_HOST: '{"host": "h"}' }).problems, [
    'cannot decode value for "LC_V_DIRECTORY_AT_HOST" (no port, expected 1 to 65535)',
  ]);
  assertEquals(apply({ LC_V_WEB_SITE_NAME: "x" }).problems, [
    'LC_V_WEB_SITE_NAME can mean "roles.web.settings.site_name" or "roles.web-site.settings.name"',
  ]);
  assertEquals(apply({ LC_V_WEB_SITE_COUNT: "x" }).problems, [
    'cannot decode value for "LC_V_WEB_SITE_COUNT" (expected a whole number from 1 to 1000)',
  ]);
  assert(apply({ LC_V_STOP_ON_EXIT: "yes" }).problems[0]!.startsWith('cannot decode value for "LC_V_STOP_ON_EXIT" ('));
});

function state(present: Record<string, Partial<PresentRole>>, applied: HomeState["applied"] = new Map()): HomeState {
  const whole = (role: Partial<PresentRole>) => ({ executable: "/a", settings: new Map(), hasData: false, ...role });
  return { present: new Map(Object.entries(present).map(([name, role]) => [name, whole(role)])), applied };
}

/** What one manifest after another makes of a home that takes every setting as it is given. */
function follow(...texts: string[]): string[][] {
  let current = state({});
  return texts.map((text) => {
    const manifest = manifestOf(text);
    const wanted = wantedRoles(manifest, groupTexts(manifest.group));
    const { changes, refusals } = planHome(wanted, current);
    assertEquals(refusals, []);
    const present = new Map([...wanted].map(([name, { executable, settings }]) => [
      name,
      { executable: executable ?? "/group", settings, hasData: false },
    ]));
    const applied = new Map([...wanted].map(([name, { executable, settings }]) => [name, {
      executable,
      recorded: executable ?? "/group",
      settings: new Map([...settings].map(([key, given]) => [key, { given, stored: given }])),
    }]));
    current = { present, applied: appliedRoles(appliedText(applied)) };
    return changeLines(changes);
  });
}

Deno.test("planHome() makes what is not there, changes what differs, removes what nobody wants, and then does nothing", () => {
  const first = "roles: { a: { executable: /a, settings: { x: 1 } }, w: { executable: /w, count: 3 } }\n";
  assertEquals(
    follow(
      first,
      first,
      "roles: { a: { executable: /b }, w: { executable: /w, count: 1, settings: { y: t } } }\nmain_role: a\n",
    ),
    [
      ['made role "group"', 'made role "a"', 'made 3 roles "w-0" to "w-2"'],
      [],
      [
        'changed role "group": main_role=a',
        'changed role "a": executable /b, x unset',
        'changed role "w-0": y=t',
        'removed 2 roles "w-1" and "w-2"',
      ],
    ],
  );
});

Deno.test("planHome() leaves alone what no manifest named, and gives again what was changed by hand", () => {
  const wanted = wantedRoles(manifestOf("roles: { a: { executable: /a, settings: { x: 1 } } }\n"), new Map());
  const applied = new Map([["a", {
    executable: "/a",
    recorded: "/a",
    settings: new Map([["x", { given: "1", stored: "[int,1]" }]]),
  }]]);
  const settings = (x: string) => new Map([["x", x], ["own", "[int,7]"]]);
  const same = state({ group: {}, a: { settings: settings("[int,1]") }, other: { hasData: true } }, applied);
  assertEquals(planHome(wanted, same), { changes: [], refusals: [] });
  const byHand = state({ group: {}, a: { settings: settings("[int,2]") } }, applied);
  assertEquals(changeLines(planHome(wanted, byHand).changes), ['changed role "a": x=1']);
});

Deno.test("planHome() refuses to remove a role that keeps data", () => {
  const wanted = wantedRoles(manifestOf("roles: { a: { executable: /a } }\n"), new Map());
  const gone = { executable: "/b", recorded: "/b", settings: new Map() };
  const { changes, refusals } = planHome(
    wanted,
    state({ group: {}, a: {}, b: { hasData: true } }, new Map([["b", gone]])),
  );
  assertEquals(changeLines(changes), ['changed role "a": executable /a']);
  assertEquals(refusals.length, 1);
  assert(refusals[0]!.startsWith('role "b" is not there any more, and keeps data'));
});

Deno.test("appliedRoles() takes a record that can't be read for none", () => {
  for (
    const text of ["", "{", "[]", "null", '{"version": 2}', '{"version": 1, "roles": {"a": 5, "b": {"recorded": 1}}}']
  ) {
    assertEquals(appliedRoles(text).size, 0, text);
  }
});

Deno.test("the schema for editors is the one that the code makes", async () => {
  const file = new URL("../../cli/manifest/cake.schema.json", import.meta.url);
  assertEquals(JSON.parse(await Deno.readTextFile(file)), JSON.parse(JSON.stringify(manifestSchema())));
});
