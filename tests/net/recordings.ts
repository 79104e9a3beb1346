/** The recorded conversations. */

export interface FrameRow {
  readonly kind: "frame" | "end-of-stream";
  readonly id: string;
  readonly scenario: string;
  readonly hop: string;
  readonly direction: "client->server" | "server->client";
  readonly hex: string;
  readonly header: string;
  readonly body?: string;
  readonly body_hex?: string;
  readonly book: string;
  readonly encrypted?: boolean;
  readonly nonce?: string;
  readonly keys?: { readonly client: RecordedKey; readonly server: RecordedKey };
}

export interface RecordedKey {
  readonly private: string;
  readonly public: string;
}

export interface RawRow {
  readonly kind: "raw";
  readonly id: string;
  readonly scenario: string;
  readonly hex: string;
  readonly writes?: readonly string[];
  readonly reply_hex?: string;
  readonly reply_frames?: readonly { readonly header: string; readonly body: string }[];
  readonly connection: string;
  readonly delivered: readonly {
    readonly type: string;
    readonly to?: number[];
    readonly back?: number[];
    readonly reason?: string;
  }[];
  readonly listener_still_works?: boolean;
  readonly keys?: unknown;
  readonly note: string;
}

const text = await Deno.readTextFile(new URL("../testdata/frames.jsonl", import.meta.url));
const rows = text.trim().split("\n").map((line) => JSON.parse(line) as FrameRow | RawRow);

export const frames = rows.filter((row): row is FrameRow => row.kind === "frame");
export const raws = rows.filter((row): row is RawRow => row.kind === "raw");

/** Frames by connection, in order. */
export function conversations(): Map<string, FrameRow[]> {
  const all = new Map<string, FrameRow[]>();
  for (const row of frames) {
    const key = `${row.scenario} ${row.hop}`;
    all.set(key, [...all.get(key) ?? [], row]);
  }
  return all;
}
