// What the payloads say, kind by kind: the table of docs/protocol.md once more.

import { bin, bool, either, list, Malformed, orNil, read, text, tuple, uint, word } from "./messagepack.js";

const id = bin(32);
const signature = bin(64);
const nonce = bin(16);
const sealKey = bin(1216);
const name = text(1, 64);
const line = text(1, 160);
const count = uint(0, 2 ** 53 - 1);

const keys = tuple(id, id, sealKey, id, signature, signature);
const cut = tuple(id, uint(0, 1), count, id);
const shown = tuple(bin(0, 1024), signature);
const parent = tuple(id, id, orNil(id));
const writing = tuple(
  nonce,
  word("story", "question", "checkin", "reply"),
  text(0, 200),
  text(0, 48 * 1024),
  word("", "rough", "wobbly", "so_so", "steady", "good"),
  word("", "listening", "experiences", "help", "company", "nothing"),
  text(0, 200),
  bin(0, 32),
  bin(0, 32),
);

const ACTS = new Map([
  [0, tuple(keys, word("open", "fresh"), word("hosts", "members"), word("hosts", "members"), id, nonce)],
  [1, tuple(keys)],
  [2, either([name], [name, bin(1, 16 * 1024)])],
  [3, tuple(id, id, count, uint(1, 1000), bin(0, 8192), sealKey)],
  [4, tuple(id, keys, nonce, signature, signature, signature)],
  [5, tuple(id, word("host", "moderator", "member", "guest"))],
  [6, tuple(id, text(0, 500), list(cut, 0, 64))],
  [7, tuple(list(cut, 0, 64))],
  [8, tuple(id, bool)],
  [9, tuple(shown, shown, count)],
  [10, tuple(id, id, list(id, 1, 16), list(id, 0, 256))],
  [11, tuple(id, list(id, 1, 256))],
  [12, tuple(id, list(parent, 0, 16))],
  [13, tuple(name, text(0, 500))],
  [14, tuple(id)],
  [15, tuple(bool, list(line, 0, 6), list(line, 0, 5), bool, bool)],
  [16, tuple(id, text(1, 500))],
  [17, tuple(uint(0, 3650))],
  [18, tuple(id, id, list(text(1, 256), 1, 8), name, bool)],
  [64, writing],
  [67, writing],
]);

// The act as an array, or null where the kind is not known or the payload is void.
export function readAct(kind, payload) {
  const shape = ACTS.get(kind);
  if (shape === undefined) return null;
  try {
    return read(shape, payload);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
