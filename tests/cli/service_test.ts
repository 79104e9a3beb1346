/** Boot services: what is written for each platform, and which home, account and settings are meant. */

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import {
  launchdPlist,
  type ServicePlan,
  ServiceTextError,
  systemdUnit,
  windowsTask,
} from "../../cli/service/service_text.ts";
import { simulatedCake } from "../helpers/simulated_cake.ts";

const PLAN: ServicePlan = {
  name: "cake-host",
  description: "cake: the HOST directory",
  command: ["/opt/my cake/100%/cake", "host", `--directory-at-host={"host": "$a\\b"}`],
  folder: null,
  writes: null,
  isOfUser: false,
  account: null,
};

const OF_HOME: ServicePlan = {
  ...PLAN,
  name: "cake-plant",
  folder: "/srv/the plant",
  writes: "/srv/the plant",
  account: "1000",
};

function line(text: string, name: string): string {
  return text.split("\n").find((line) => line.startsWith(`${name}=`)) ?? "";
}

Deno.test("systemdUnit() quotes words, and doubles what systemd would replace", () => {
  const unit = systemdUnit(PLAN);
  assertEquals(
    line(unit, "ExecStart"),
    String.raw`ExecStart="/opt/my cake/100%%/cake" "host" "--directory-at-host={\"host\": \"$$a\\b\"}"`,
  );
  for (
    const name of [
      "DynamicUser=yes",
      "Restart=always",
      "StartLimitBurst=10",
      "ProtectSystem=strict",
      "WantedBy=multi-user.target",
    ]
  ) {
    assertStringIncludes(unit, `\n${name}\n`);
  }
  assert(!unit.includes("MemoryDenyWriteExecute"), "code is compiled while it runs");
});

Deno.test("systemdUnit() lets a home be written, and gives a user's service no account", () => {
  const unit = systemdUnit(OF_HOME);
  assertEquals(line(unit, "WorkingDirectory"), "WorkingDirectory=/srv/the plant");
  assertEquals(line(unit, "ReadWritePaths"), `ReadWritePaths="/srv/the plant"`);
  assertEquals(line(unit, "User"), "User=1000");
  assert(!unit.includes("PrivateDevices"), "roles of boards need devices");
  const own = systemdUnit({ ...OF_HOME, isOfUser: true });
  assertEquals([line(own, "User"), line(own, "WantedBy")], ["", "WantedBy=default.target"]);
});

Deno.test("a service can't be described with characters that end a line", () => {
  for (const text of ["a\nExecStart=/bin/evil", "a\0b", "\x1b[1m"]) {
    for (const write of [systemdUnit, windowsTask, (plan: ServicePlan) => launchdPlist(plan, "/log")]) {
      assertThrows(() => write({ ...PLAN, command: [text] }), ServiceTextError);
      assertThrows(() => write({ ...PLAN, folder: text }), ServiceTextError);
    }
  }
});

Deno.test("launchdPlist() and windowsTask() escape what their forms give a meaning", () => {
  const plan = { ...OF_HOME, command: ["/x/cake", "run", `a<b>&"c"`, "two words", "end\\"] };
  const plist = launchdPlist(plan, "/Library/Logs/x.log");
  assertStringIncludes(plist, "<string>a&lt;b&gt;&amp;&quot;c&quot;</string>");
  assertStringIncludes(plist, "<key>UserName</key>\n  <string>1000</string>");
  const task = windowsTask(plan);
  assertStringIncludes(
    task,
    `<Arguments>run &quot;a&lt;b&gt;&amp;\\&quot;c\\&quot;&quot; &quot;two words&quot; end\\</Arguments>`,
  );
  assertStringIncludes(task, "<BootTrigger>");
});

Deno.test("cake service --print shows the unit of a directory, with its settings", async () => {
  const { cake } = simulatedCake();
  const [out, err, status] = await cake("service", "install", "lan", "--print", "--encrypted-directory");
  assertEquals([err, status], ["", 0]);
  assertMatch(out, /\nExecStart="\/bin\/cake-1" "lan" "--debug-level=CONSOLE" "--encrypted-directory"\n/);
});

Deno.test("cake service --print finds the home of a folder", async () => {
  const { cake, makeHome } = simulatedCake();
  await makeHome("idle");
  const [out, err, status] = await cake("service", "install", "/project", "--print", "--user");
  assertEquals([err, status], ["", 0]);
  assertMatch(out, /\nExecStart="\/bin\/cake-1" "run" "--home-path=\/project\/\.layer-cake" "--debug-level=CONSOLE"\n/);
  assertStringIncludes(out, "\nWorkingDirectory=/project\n");
});

Deno.test("cake service --print shows standard arguments as well: what the service is to be run with", async () => {
  const { cake, makeHome } = simulatedCake();
  await makeHome("idle");
  const place = '--connect-to-directory={"host": "10.0.0.9", "port": 5001}';
  const [out, err, status] = await cake("service", "install", "/project", "--print", "--debug-level=TRACE", place);
  assertEquals([err, status], ["", 0]);
  const shown = String.raw`"--debug-level=TRACE" "--connect-to-directory={\"host\": \"10.0.0.9\", \"port\": 5001}"`;
  assertStringIncludes(out, ` "--home-path=/project/.layer-cake" ${shown}\n`);
});

Deno.test("cake service says what is missing or can't be", async () => {
  const { cake } = simulatedCake();
  for (
    const [what, argument, problem] of [
      ["host", '--directory-at-lan={"host": "10.0.0.1"}', "no port"],
      ["lan", '-dal={"host": "", "port": 5}', "no host"],
      ["/project", '--directory-at-host={"host": "10.0.0.1", "port": 0}', "port 0"],
    ] as const
  ) {
    const [out, err, status] = await cake("service", "install", what, "--print", argument);
    assertEquals([out, status], ["", 71]);
    assert(err.startsWith("cake: cannot use --directory-at-") && err.includes(`(${problem}`), err);
  }
  assertEquals((await cake("service", "install", "lan", "--print", "-ed"))[0].includes('"-ed"'), true);
  assertMatch((await cake("service", "install", "lan", "host"))[1], /unexpected "host"/);
  assertMatch((await cake("service"))[1], /expected install, uninstall, status/);
  assertMatch((await cake("service", "install"))[1], /expected host, lan or the folder of a home/);
  assertMatch((await cake("service", "install", "/nowhere"))[1], /cannot find a home at "\/nowhere"/);
  assertMatch(
    (await cake("service", "install", "host", "--service-name=../x", "--print"))[1],
    /cannot name a service "..\/x"/,
  );
});

const hasSystemd = await isThere("systemd-analyze");

Deno.test({
  name: "systemd-analyze verify accepts the units",
  ignore: !hasSystemd,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "cake-units-" });
    try {
      for (const isOfUser of [false, true]) {
        for (const plan of [PLAN, OF_HOME]) {
          const path = `${folder}/${plan.name}.service`;
          const command = ["/bin/sh", ...plan.command.slice(1)];
          await Deno.writeTextFile(path, systemdUnit({ ...plan, isOfUser, command }));
          const args = ["verify", ...isOfUser ? ["--user"] : [], path];
          const { stderr } = await new Deno.Command("systemd-analyze", { args, stdin: "null" }).output();
          const about = new TextDecoder().decode(stderr).split("\n").filter((line) => line.includes(plan.name));
          assertEquals(about, []);
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function isThere(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
