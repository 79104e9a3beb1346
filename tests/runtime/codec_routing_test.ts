import { assertEquals, assertThrows } from "@std/assert";
import { type Address, addressOf, NO_ADDRESS } from "../../runtime/address.ts";
import { BookReader, BookWriter } from "../../runtime/codec/address_book.ts";
import { decode, decodeMessage, encode, encodeMessage } from "../../runtime/codec/codec.ts";
import { CodecError } from "../../runtime/codec/codec_error.ts";
import {
  decodeAddress,
  decodeTarget,
  encodeAddress,
  encodeTarget,
  InlineAddresses,
} from "../../runtime/codec/routing.ts";
import { castTo } from "../../runtime/types/cast.ts";
import { Address as AddressType, TargetAddress, VectorOf } from "../../runtime/types/portable.ts";
import { defType } from "../../runtime/types/registry.ts";

const proxy = addressOf([12]);
const controller = addressOf([3]);

Deno.test("encodeAddress() marks what lies behind the connection itself", () => {
  const cases: [number[], string][] = [[[5], "5"], [[5, 12], "5,0"], [[12], "0"], [[5, 44], "5,44"], [
    [5, 112],
    "5,112",
  ], [[12, 12], "12,0"]];
  for (const [path, wire] of cases) assertEquals(encodeAddress(addressOf(path), proxy), wire);
  assertEquals(encodeAddress(addressOf([112]), proxy), "112");
  assertEquals(encodeAddress(addressOf([2]), proxy), "2");
});

Deno.test("decodeAddress() adds the way back, or takes the mark off", () => {
  const cases: [string, number[]][] = [["5", [5, 12]], ["5,0", [5]], ["0", [3]], ["5,44", [5, 44, 12]], ["4,5,0", [
    4,
    5,
  ]], ["10", [10, 12]]];
  for (const [wire, path] of cases) assertEquals(decodeAddress(wire, proxy, controller), addressOf(path));
});

Deno.test("encodeTarget() and decodeTarget() take one hop off per connection", () => {
  assertEquals(encodeTarget(addressOf([5, 44, 12])), "5,44,12");
  assertEquals(decodeTarget("5,44,12", controller), addressOf([5, 44]));
  assertEquals(decodeTarget("12", controller), controller);
  assertEquals(decodeTarget("", controller), controller);
});

Deno.test("InlineAddresses writes null for no address over a connection, as [0] would be the peer's controller", () => {
  assertEquals(encode(NO_ADDRESS, AddressType, { addresses: new InlineAddresses(proxy) }), '{"value":null}');
  assertEquals(encode(NO_ADDRESS, AddressType), '{"value":[0]}');
});

Deno.test("InlineAddresses refuses what is no address", () => {
  const texts = ["", "5,", ",5", "5,,6", "x", "5;6", "-", "--5", "5-6", '5],"x":[1'];
  for (const text of texts) assertThrows(() => encode(text as Address, AddressType), CodecError, "expected an address");
  for (
    const word of [
      "5",
      '"5"',
      "[]",
      "[1.0]",
      '["5"]',
      "[null]",
      "[[5]]",
      "[05]",
      "[5,]",
      "{}",
      `[${"1,".repeat(2000)}1]`,
    ]
  ) {
    assertThrows(() => decode(`{"value":${word}}`, AddressType), CodecError, "cannot decode");
  }
  assertEquals(decode('{"value":[ 5 , -6 ]}', AddressType), addressOf([5, -6, 0]));
  assertEquals(decode('{"value":[]}', TargetAddress), NO_ADDRESS);
});

Deno.test("BookWriter gives every address a key of its own, from one fresh UUID", () => {
  let made = 0;
  const book = new BookWriter(() => `0123abcd-4567-489a-bcde-f0123456789${made++}`);
  const type = defType(VectorOf(AddressType));
  const value = [addressOf([1, 2]), null as never, addressOf([1, 2]), NO_ADDRESS];
  const key = "0123abcd-4567-489a-bcde-f01234567890";
  assertEquals(
    encodeMessage(castTo(value, type), { addresses: book }),
    `{"value":["vector<address>",["${key}:0",null,"${key}:1",null],[]]}`,
  );
  assertEquals(book.entries, [[`${key}:0`, addressOf([1, 2])], [`${key}:1`, addressOf([1, 2])]]);
  assertEquals(made, 1);
});

Deno.test("BookWriter needs no UUID where there is no address", () => {
  const book = new BookWriter(() => {
    throw new Error("asked for a UUID");
  });
  assertEquals(encode(null, AddressType, { addresses: book }), '{"value":null}');
});

Deno.test("BookReader gives the address of a key, and refuses others and lists", () => {
  const addresses = new BookReader(new Map([["k:0", addressOf([7, 12])]]), controller);
  assertEquals(decode('{"value":"k:0"}', AddressType, { addresses }), addressOf([7, 12]));
  assertThrows(() => decode('{"value":"k:1"}', AddressType, { addresses }), CodecError, 'no address of key "k:1"');
  assertThrows(() => decode('{"value":[5]}', AddressType, { addresses }), CodecError, "got a list");
  assertEquals(decode('{"value":[5]}', TargetAddress, { addresses }), controller);
});

Deno.test("an unknown value keeps the addresses that occur in it, under their keys", () => {
  const book = new Map([["k:0", addressOf([7, 12])], ["k:1", addressOf([9])], ["k:2", addressOf([4])]]);
  const text = '{"value":["nowhere.Mail",{"who":"k:0","x":"p:1"},["p:1"]],"pointer":[["p:1",["k:2"]]]}';
  const { value } = decodeMessage(text, { addresses: new BookReader(book) });
  const writer = new BookWriter(() => "unused");
  assertEquals(encodeMessage(value, { addresses: writer }), text);
  assertEquals(writer.entries, [["k:0", addressOf([7, 12])], ["k:2", addressOf([4])]]);
});
