/**
 * Which tests show which scenario, rule and hazard of the directory protocol. Scenarios are found by the numbers in the names of
 * tests; rules and hazards by this table, which names tests.
 */

/** A test by its file and a part of its name. */
export type TestReference = readonly [file: string, name: string];

/** The scenarios: 1 to 74, and 57a. */
export const SCENARIOS: readonly string[] = [
  ...Array.from({ length: 74 }, (_, at) => `${at + 1}`),
  "57a",
];

const CORE = "tests/directory/core_test.ts";
const HOSTILE = "tests/directory/hostile_test.ts";
const SESSIONS = "tests/directory/sessions_test.ts";
const SCENARIO = "tests/directory/scenarios_test.ts";
const DAMPER = "tests/directory/damper_test.ts";
const HANDOVER = "tests/directory/handover_test.ts";
const RULE = "tests/directory/rules_test.ts";
const TURNS = "tests/directory/turns_test.ts";
const LINKS = "tests/directory/link_controllers_test.ts";
const PARENT = "tests/directory/parent_address_test.ts";
const PATTERN = "tests/directory/search_pattern_test.ts";
const ENCRYPTION = "tests/directory/encryption_test.ts";
const RECORDINGS = "tests/directory/transcript_test.ts";

/** The 24 rules of a robust and compatible implementation, in their order. */
export const RULES: Readonly<Record<number, { readonly rule: string; readonly tests: readonly TestReference[] }>> = {
  1: {
    rule: "a child is hostile to the rest: checked, counted, closed; no exception ends a directory",
    tests: [[HOSTILE, "survives any message from any side"], [
      HOSTILE,
      "closes a connection that goes on making no sense",
    ]],
  },
  2: {
    rule: "a connection exists from accept on; clear frames on an encrypted listener close it",
    tests: [[ENCRYPTION, "scenario 56"]],
  },
  3: {
    rule: "bounds for each connection",
    tests: [[HOSTILE, "a child can't list more than its share"], [
      HOSTILE,
      "searches that take other engines for ever",
    ]],
  },
  4: {
    rule:
      "linear matching with an index, in the original's meaning; what can't be compiled is refused at home and inert above",
    tests: [
      [PATTERN, "SearchPattern matches what Python's fullmatch matches"],
      [PATTERN, "SearchPattern ends where an engine that tries every way would not"],
      [CORE, "subscribe refuses a search that can't be used"],
      [TURNS, "a storm of patterns is matched in turns"],
    ],
  },
  5: {
    rule: "clears count for the sender's own listings, and go up only for what went up",
    tests: [[HOSTILE, "ClearListings of a stranger"], [SCENARIO, "scenario 66"], [SCENARIO, "scenario 52"]],
  },
  6: {
    rule: "a known id on a newer connection moves there",
    tests: [[HOSTILE, "a newer connection of a child takes its listings over"], [HOSTILE, "does not move to an older"]],
  },
  7: {
    rule: "bulks are split, and only news is passed up",
    tests: [[HOSTILE, "20 000 listings of one child"], [HOSTILE, "200 children that join at once"]],
  },
  8: {
    rule: "losers of a name wait, are told, and take over",
    tests: [[SCENARIO, "scenario 34"], [CORE, "a name that loses in a bulk is told, too"]],
  },
  9: { rule: "a name of a near scope does not hide a wider one", tests: [[CORE, "a name at the host does not hide"]] },
  10: {
    rule: "the old route is cleared before the new one of the same scope",
    tests: [[RULE, "a publication that moves is cleared before it is told again"]],
  },
  11: {
    rule: "a listen that fails is tried again, then ends the role with a fault",
    tests: [[CORE, "a role that can't listen ends with a fault"], [
      LINKS,
      "a port for directories that is taken at first",
    ]],
  },
  12: {
    rule: "routes from above are stale after a lost link, and replaced or forgotten",
    tests: [
      [SESSIONS, "a name that comes back at another port"],
      [SESSIONS, "routes of a host that nobody will ever clear are forgotten"],
    ],
  },
  13: {
    rule: "a running session is adopted by a new route of its publication",
    tests: [[SESSIONS, "that is cut and back is not noticed"], [SESSIONS, "a host that restarts is not noticed"]],
  },
  14: {
    rule: "what fails is tried again with back-off, after the other routes; fallback also from the process",
    tests: [
      [SESSIONS, "a publisher that refuses connections"],
      [SESSIONS, "a transport that is lost alone is made again"],
      [SESSIONS, "a publication of the process that is cleared gives way"],
    ],
  },
  15: {
    rule: "a cleared publication closes its port and its sessions",
    tests: [[CORE, "clear_published ends listing, sessions and listener"], [CORE, "1500 times publish and clear"]],
  },
  16: { rule: "a cleared subscription ends its sessions", tests: [[CORE, "clear_subscribed drops both ends once"]] },
  17: {
    rule: "every Available has one Dropped, before the next Available",
    tests: [
      [SCENARIO, "scenario 30"],
      ["tests/directory/tree_property_test.ts", "connects everybody to the nearest instance after any history"],
    ],
  },
  18: {
    rule: "the name is reserved before the listener is ready, and every refusal answered",
    tests: [[CORE, "publish refuses a name that the process has already"], [
      CORE,
      "publish is refused with the reason",
    ]],
  },
  19: {
    rule: "delays are drawn for each attempt, with back-off, never beyond the original's",
    tests: [[PARENT, "reconnectDelay() begins within 250 ms"], [HOSTILE, "reconnectDelay never waits longer"]],
  },
  20: {
    rule: "CloseLoop once, after LoopOpened, never into a closed transport",
    tests: [[RULE, "CloseLoop is sent once, and only to what is open"]],
  },
  21: {
    rule: "no transport is shared by sessions of one subscriber object",
    tests: [[CORE, "two subscriptions of one object"], [CORE, "sessions of different objects of a process share"]],
  },
  22: {
    rule: "many loops on one transport, by subscriber and route; unknown ones are answered",
    tests: [[HOSTILE, "a peer may open and close in any order"]],
  },
  23: {
    rule: "Delivered before LoopOpened, Dropped after the last message",
    tests: [[RULE, "Delivered is sent before LoopOpened"]],
  },
  24: {
    rule: "OpenLoop with an id that is out of date is answered; with another name it is not",
    tests: [[RULE, "an id that is out of date is answered"], [
      HOSTILE,
      "who comes by the address of another publication",
    ]],
  },
};

/** What goes wrong with the original, by the sections that tell of it. */
export const HAZARDS: Readonly<Record<string, readonly TestReference[]>> = {
  "plain child of an encrypted directory": [[ENCRYPTION, "scenario 56"]],
  "OpenLibrary with an unknown id": [[HOSTILE, "what comes down to a host, and up to a process"]],
  "Published with null scope or id": [[HOSTILE, "closes a connection that goes on making no sense"]],
  "listings sent down": [[HOSTILE, "what comes down to a host, and up to a process"]],
  "listing after the end of its connection": [[HOSTILE, "survives any message from any side"]],
  "CloseLoop twice or unknown": [[HOSTILE, "a peer may open and close in any order"]],
  "subscription cleared with a session and a second route": [
    [RULE, "a cleared subscription with a second route does not fall back"],
  ],
  "restarted roles of an encrypted group": [["tests/cli/group_test.ts", "group that is encrypted starts its roles"]],
  "strangers' clears and names": [[HOSTILE, "ClearListings of a stranger"], [HOSTILE, "claim to live at another"]],
  "expressions that take for ever": [[HOSTILE, "searches that take other engines for ever"]],
  "every name against every search": [[TURNS, "a storm of patterns is matched in turns"]],
  "searches that nobody uses any more": [
    ["tests/directory/prefix_tree_test.ts", "SearchIndex forgets searches that nobody uses"],
  ],
  "bulk larger than a frame": [[HOSTILE, "20 000 listings of one child"]],
  "bulk amplification": [[HOSTILE, "200 children that join at once"]],
  "mailbox of a directory": [[SCENARIO, "scenario 70"]],
  "fixed delay of reconnection": [[PARENT, "reconnectDelay() begins within 250 ms"]],
  "publisher out of reach at first": [
    [SESSIONS, "a publisher that refuses connections"],
    [SESSIONS, "a publisher frozen while the only one"],
  ],
  "peer transport lost alone": [[SESSIONS, "a transport that is lost alone is made again"]],
  "upgrade against a frozen publisher": [[HANDOVER, "a publisher further away that is frozen"]],
  "upgrade during opening": [[SCENARIO, "scenario 30"]],
  "directory link of a publisher interrupted": [[SESSIONS, "that is cut and back is not noticed"]],
  "in-process publication cleared with an alternative": [[SESSIONS, "a publication of the process that is cleared"]],
  "library subscriber ends": [
    [SESSIONS, "a subscriber in a library meets its process"],
    [SESSIONS, "a library that ends at any moment"],
  ],
  "half-open child link": [[HOSTILE, "a newer connection of a child takes its listings over"]],
  "request to a connector that is closing": [["tests/directory/tree_property_test.ts", "after any history of a tree"]],
  "stale routes": [[SESSIONS, "a name that comes back at another port"]],
  "collision, winner leaves": [[SCENARIO, "scenario 34"]],
  "nearer listing hides wider scope": [[CORE, "a name at the host does not hide"]],
  "two objects of one process publish one name": [[CORE, "publish refuses a name that the process has already"]],
  "unanswered requests": [[CORE, "publish is refused with the reason"]],
  "taken port": [[CORE, "a role that can't listen ends with a fault"]],
  "two libraries with one role name": [["tests/runtime/library_test.ts", "libraries of one role name"]],
  "listeners of cleared publications": [[CORE, "1500 times publish and clear"]],
  "sessions and entries of cleared subscriptions": [[CORE, "clear_subscribed drops both ends once"]],
  "controllers that wait for ever": [
    [LINKS, "a transport that is given up while it connects leaves nothing behind"],
    [LINKS, "a publication that is cleared with sessions open leaves nothing behind"],
  ],
  "differences of pattern languages": [[PATTERN, "SearchPattern matches what Python's fullmatch matches"]],
  "publishers that come and go": [
    [DAMPER, "a publisher that comes and goes drops and rejoins"],
    [DAMPER, "publications that replace one another"],
    [DAMPER, "two publishers of a name that are cut off in turns"],
  ],
  "recordings of the original": [[RECORDINGS, "DirectoryCore says what the original said in"]],
};
