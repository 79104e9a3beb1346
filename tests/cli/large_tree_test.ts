/** `cake network` and `cake ping` where there is much to tell, where somebody does not answer, and where the tree is none. */

import { assertEquals, assertMatch } from "@std/assert";
import { GetDirectory, openRuntime } from "../../directory/mod.ts";
import {
  DirectoryCursor,
  DirectoryListing,
  DirectoryPage,
  ListDirectory,
  Published,
  PublishedDirectory,
  Subscribed,
} from "../../directory/messages.ts";
import { connect, Connected, listen, Listening } from "../../net/mod.ts";
import { Faulted, HostPort, type Routine, Stop } from "../../runtime/mod.ts";
import {
  freePort,
  hostPort,
  rolePath,
  runCake,
  type RunningCommand,
  startCake,
  startRole,
} from "../helpers/cake_command.ts";

/** Listings in one message. */
const BULK_LENGTH = 500;

/** A host directory, and commands below it. */
class Place implements AsyncDisposable {
  readonly #running: RunningCommand[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  readonly port = freePort();
  readonly folder = Deno.makeTempDirSync({ prefix: "cake-test-" });

  async host(at = this.port, ...args: string[]): Promise<RunningCommand> {
    const host = startCake(this.folder, "host", `--directory-at-host=${hostPort(at)}`, "-dl=CONSOLE", ...args);
    this.#running.push(host);
    await host.seen(/Listening at/);
    return host;
  }

  /**
   * A directory below that has told of very many names, and of one search; their processes are only said to be there.
   *
   * @param answer What it says when it is asked.
   */
  async crowd(
    count: number,
    answer: (question: GetDirectory) => DirectoryListing = () => crowdListing(),
  ): Promise<void> {
    await this.#join(async (self) => {
      connect(self, new HostPort("127.0.0.1", this.port));
      await self.select(Connected);
      const proxy = self.returnAddress;
      const homeAddress = self.address;
      const subscribed = [new Subscribed({ search: "none", scope: "HOST", subscribedId: idOf(0), homeAddress })];
      for (let at = 0; at < count; at += BULK_LENGTH) {
        const published = Array.from({ length: Math.min(BULK_LENGTH, count - at) }, (_, index) =>
          new Published({
            name: `many:${at + index}`,
            scope: "HOST",
            encrypted: false,
            publishedId: idOf(at + index + 1),
            listeningIpp: new HostPort("127.0.0.1", 9),
            homeAddress,
          }));
        self.send(new PublishedDirectory({ published, subscribed: at === 0 ? subscribed : [] }), proxy);
      }
      // What it is answered to, it has taken all that was sent before.
      await self.ask(new GetDirectory({ about: `many:${count - 1}` }), proxy, { type: DirectoryListing });
    }, (message) => message instanceof GetDirectory ? answer(message) : null);
  }

  /** A process that answers questions as the topmost directory. */
  async top(answer: (question: object) => DirectoryListing | Faulted): Promise<void> {
    await this.#join(
      async (self) => {
        listen(self, new HostPort("127.0.0.1", this.port));
        await self.select(Listening);
      },
      (message) => message instanceof ListDirectory || message instanceof GetDirectory ? answer(message) : null,
    );
  }

  /** Runs an actor of this test until the end, and waits until it has begun. */
  async #join(
    begin: (self: Routine) => Promise<void>,
    answer: (message: object) => DirectoryListing | Faulted | null,
  ): Promise<void> {
    const { run, close } = openRuntime();
    const begun = Promise.withResolvers<void>();
    const isOver = Promise.withResolvers<void>();
    const ended = run(async (self: Routine) => {
      await begin(self);
      isOver.promise.then(() => self.kernel.send(new Stop(), self.address, self.address));
      begun.resolve();
      for (let message = await self.input(); !(message instanceof Stop); message = await self.input()) {
        const told = answer(message as object);
        if (told instanceof DirectoryListing) told.directoryAddress = self.address;
        if (told !== null) self.reply(told);
      }
      return null;
    });
    this.#closers.push(async () => {
      isOver.resolve();
      await ended;
      await close();
    });
    await begun.promise;
  }

  cake(...args: string[]) {
    return runCake(this.folder, ...args, `--connect-to-directory=${hostPort(this.port)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers) await close();
    for (const command of this.#running.reverse()) {
      command.signal("SIGCONT");
      command.signal("SIGINT");
      await command.outcome();
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** What a directory says of itself, and of publications with these numbers. */
function crowdListing(numbers: readonly number[] = [], page: DirectoryPage | null = null): DirectoryListing {
  const published = numbers.map((number) =>
    new Published({ name: `few:${number}`, scope: "HOST", publishedId: idOf(number), listeningIpp: new HostPort() })
  );
  return new DirectoryListing({ scope: "PROCESS", executable: "crowd", published, page });
}

function idOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

Deno.test("cake network and cake ping find everything in a directory with more listings than a message holds", async () => {
  await using place = new Place();
  await place.host();
  const count = 4_000;
  await place.crowd(count);
  const plain = await place.cake("network");
  assertEquals([plain.code, plain.err], [0, ""]);
  assertMatch(
    plain.out,
    /^\[HOST\] host-cake \(\w{8}\)\n\+ {3}\[PROCESS\] crowd \(\?\)\n\+ {3}\[PROCESS\] cake \(\w{8}\)\n$/,
  );
  const listed = await place.cake("network", "--list-published", "--list-subscribed");
  assertEquals(listed.err, "");
  assertEquals(new Set(listed.out.match(/(?<=# ")many:\d+(?=")/g)).size, count);
  assertEquals(listed.out.match(/\? "none"/g)?.length, 1);
  const json = JSON.parse((await place.cake("network", "--json")).out);
  assertEquals([json.published.length, json.subscribed.length, json.left_out], [count, 1, null]);
  assertEquals(json.sub_directory.length, 2);

  const [, own = ""] = /\[HOST\] host-cake \((\w+)\)/.exec(plain.out) ?? [];
  assertMatch((await place.cake("ping", own, "--ping-count=1")).out, /^\[0\] \.\.\. 0\.\d+s\n$/);
  assertEquals(
    (await place.cake("ping", idOf(count))).err,
    `cake: cannot ping "${idOf(count)}" (not a directory node)\n`,
  );
});

Deno.test("cake network takes what pages tell twice once, and says where there is more than it was told", async () => {
  await using place = new Place();
  await place.host();
  const next = (told: number) => new DirectoryPage({ next: new DirectoryCursor({ section: 1, told }) });
  const isFirst = ({ part }: GetDirectory) => part?.from === null;
  // The first one has lost something between its pages, the second one is another directory after its first page.
  await place.crowd(
    0,
    (question) => isFirst(question) ? crowdListing([1, 2], next(2)) : crowdListing([2, 3], new DirectoryPage()),
  );
  await place.crowd(0, (question) => isFirst(question) ? crowdListing([4], next(1)) : crowdListing([5]));
  const { out, err, code } = await place.cake("network", "--list-published");
  assertEquals([code, err], [0, "cake: [PROCESS] crowd (?) has more entries than it told (unexpected answer)\n"]);
  assertEquals(out.match(/few:\d/g), ["few:1", "few:2", "few:3", "few:4"]);
  const { sub_directory: below } = JSON.parse((await place.cake("network", "--json")).out);
  assertEquals(below.slice(0, 2).map(({ left_out }: { left_out: string | null }) => left_out), [
    null,
    "has more entries than it told (unexpected answer)",
  ]);
});

Deno.test("cake ping asks nobody once it has found its directory, and says how many did not answer where it has not", async () => {
  await using place = new Place();
  await place.host();
  const below = await place.host(freePort(), `--directory-at-lan=${hostPort(place.port)}`);
  const tree = JSON.parse((await place.cake("network", "--json")).out);
  const child = tree.sub_directory.find(({ scope }: { scope: string }) => scope === "HOST");
  below.signal("SIGSTOP");
  const { out, err: log, code } = await place.cake("ping", tree.unique_id, "--ping-count=1", "--json", "-dl=DEBUG");
  assertEquals([code, JSON.parse(out).unique_id], [0, tree.unique_id]);
  assertMatch(log, /ListDirectory/);
  assertEquals(log.match(/.*GetDirectory.*/g), null);
  const { err } = await place.cake("ping", child.unique_id);
  assertEquals(err, `cake: cannot ping "${child.unique_id}" (not present in directory, 1 directory did not answer)\n`);
});

Deno.test("a directory refuses to be above itself; directories that are above each other are shown once", async () => {
  await using place = new Place();
  const same = [`--directory-at-host=${hostPort(place.port)}`, `--directory-at-lan=${hostPort(place.port)}`];
  const here = `127.0.0.1:${place.port}`;
  const why = `(the directory above is at "${here}", which is this one: give it an address of its own)`;
  const refused = await runCake(place.folder, "host", ...same);
  assertEquals(refused, { code: 71, out: "", err: `cake: cannot listen at "${here}" ${why}\n` });
  const both = ["connect-to-directory", "accept-directories-at"].map((name) => `--${name}=${hostPort(place.port)}`);
  const role = await startRole(rolePath("idle.ts"), place.folder, ...both).outcome();
  assertEquals(role, { code: 71, out: "", err: `idle.ts: cannot listen at "${here}" ${why}\n` });

  const other = freePort();
  await place.host(place.port, `--directory-at-lan=${hostPort(other)}`);
  await place.host(other, `--directory-at-lan=${hostPort(place.port)}`);
  // The first one calls again until the second is there.
  let shown = await place.cake("network");
  for (let tries = 0; tries < 20 && !/above itself/.test(shown.err); tries++) shown = await place.cake("network");
  assertEquals(shown.code, 0);
  assertMatch(shown.err, /^cake: \[HOST\] host-cake \(\w{8}\) is above itself, what is below it is not shown again\n$/);
  assertEquals(shown.out.match(/\[HOST\]/g)?.length, 3, shown.out);
});

Deno.test("cake why and cake network say so where the topmost directory answers only the first question", async () => {
  await using place = new Place();
  await place.top((message) => message instanceof ListDirectory ? crowdListing([1]) : new Faulted("busy"));
  const why = await place.cake("why", "few:1");
  const problem = "cake: [PROCESS] crowd (?) has told only what is known on the way (busy)\n";
  assertEquals([why.code, why.err], [0, problem]);
  assertMatch(why.out, /few:1/);
  assertEquals((await place.cake("network")).err, problem);
});
