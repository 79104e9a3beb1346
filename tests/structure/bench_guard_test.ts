import { assertEquals, assertRejects } from "@std/assert";
import { AIMS, type Figure } from "../../scripts/bench/aims.ts";
import { guard } from "../../scripts/bench/guard.ts";
import { tableOf } from "../../scripts/bench/report.ts";

const RECORDED = { part: "local", row: "a", ratio: 0.9 };

function measuring(unit: string, ...ratios: (number | undefined)[]) {
  const left = [...ratios];
  const measure = () => {
    const ratio = left.shift();
    const figure: Figure = { row: "a", unit, median: 1, min: 1, max: 1, ...(ratio === undefined ? {} : { ratio }) };
    return Promise.resolve(figure);
  };
  return { left, measure };
}

Deno.test("guard() is content with a ratio that fell by less than a third, and measures no more", async () => {
  const { left, measure } = measuring("1/s", 0.61, 0.1);
  assertEquals(await guard(RECORDED, measure), { recorded: RECORDED, ratio: 0.61, isFallen: false });
  assertEquals(left, [0.1]);
});

Deno.test("guard() tells a ratio that fell by more than a third each time", async () => {
  const { left, measure } = measuring("1/s", 0.5, 0.59, 0.4, 0.9);
  assertEquals(await guard(RECORDED, measure), { recorded: RECORDED, ratio: 0.59, isFallen: true });
  assertEquals(left, [0.9]);
  assertEquals((await guard(RECORDED, measuring("1/s", 0.3, 0.3, 0.6).measure)).isFallen, false);
});

Deno.test("guard() takes less for better where a row is a time", async () => {
  assertEquals((await guard(RECORDED, measuring("s", 1.3).measure)).isFallen, false);
  assertEquals((await guard(RECORDED, measuring("s", 1.4, 1.5, 1.4).measure)).isFallen, true);
});

Deno.test("guard() refuses a row without a floor", async () => {
  await assertRejects(() => guard(RECORDED, measuring("1/s", undefined).measure), Error, 'Cannot guard "a"');
});

Deno.test("aims are compared with what was measured in the same run, where it was", () => {
  const figure = (row: string, median: number, ratio?: number): Figure => ({
    row,
    unit: "1/s",
    median,
    min: median,
    max: median,
    ...(ratio === undefined ? {} : { ratio }),
  });
  const LOCAL = "local request and reply, routine to routine";
  const reached = (row: string, one: Figure, erlang: Figure[] = [], cake: Figure[] = []) => {
    const byRow = (figures: Figure[]) => new Map(figures.map((each) => [each.row, each]));
    const figures = { cake: byRow(cake), original: new Map(), erlang: byRow(erlang) };
    return AIMS.find((aim) => aim.row === row)?.reached(one, figures);
  };
  assertEquals(reached(LOCAL, figure(LOCAL, 925_000)), 1);
  assertEquals(reached(LOCAL, figure(LOCAL, 100), [figure(LOCAL, 50)]), 2);
  const clear = "transport: request and reply, one at a time";
  assertEquals(reached(clear, figure(clear, 100, 0.45)), 0.5);
  assertEquals(reached(clear, figure(clear, 100)), undefined);
  const encrypted = "transport, encrypted: request and reply, one at a time";
  assertEquals(reached(encrypted, figure(encrypted, 60), [], [figure(clear, 100)]), 1.2);
  assertEquals(new Set(AIMS.map(({ row }) => row)).size, AIMS.length);
});

Deno.test("tableOf() shows what was measured, and leaves out who was not", () => {
  const figure: Figure = { row: "a", unit: "1/s", median: 13_240, min: 900, max: 2.5e6, floor: 20_000, ratio: 0.66 };
  const none = { original: undefined, erlang: undefined, nats: undefined };
  assertEquals(tableOf([{ figure, aim: "0.9 of the floor", reached: 0.733, beside: none }]).split("\n"), [
    "| row | median (least to most) | floor | ratio | aim | reached |",
    "| --- | --- | --- | --- | --- | --- |",
    "| a | 13.2 k/s (900 to 2.5 M) | 20 k/s | 0.66 | 0.9 of the floor | no, 0.733 of it |",
  ]);
});
