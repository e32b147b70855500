// From an envelope to an op: the checks of docs/protocol.md in their order. `open` never throws for
// what a peer may send; `refused` names the first check that failed.

import { readAct } from "./acts.js";
import { derive, digest, hex, keyed, openAead, same, unhex, verify } from "./crypto.js";
import { bin, list, Malformed, read, tagged, uint, write } from "./messagepack.js";

const CLASSES = ["authority", "words"];
const CLEAR = 1 + 1 + 4 + 24 + 4;
const TAG = 16;
const FLOOR = 256;
const LONGEST = 64 * 1024;
const PAYLOAD = 52 * 1024;
const ZERO = "00".repeat(32);
const FOUNDING = 0;
const STRIPPABLE = 1;

const id = bin(32);
const count = uint(0, 2 ** 53 - 1);
const FIELDS = [
  "version", "circle", "device", "log", "seq", "prev", "heads", "authority_heads", "epoch",
  "hour", "kind", "payload_hash", "payload_size", "written_at",
];
const SAID = [id, count, id, list(id, 0, 8), list(id, 0, 4), count, count, bin(64)];
const BODY = tagged(
  [...SAID, bin(16), bin(0, PAYLOAD)], // whole: salt, payload
  [...SAID, id, uint(0, PAYLOAD)], // stripped: payload hash and size
);

const bitLength = (n) => 32 - Math.clz32(n);

export function padme(length) {
  const exponent = bitLength(Math.max(length, FLOOR)) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.max(FLOOR, Math.ceil(length / step) * step);
}

export const plain = (value) =>
  value instanceof Uint8Array ? hex(value) : Array.isArray(value) ? value.map(plain) : value;

function keysOf(secret, name) {
  const of = (purpose) => derive(secret, `hearthside/${name}/${purpose}/1`);
  return { message: of("message"), nonce: of("nonce"), hint: of("hint") };
}

// The header that was signed: what the body says of it, and what its place and payload tell.
function headerOf(parts, place) {
  const [tag, device, seq, prev, heads, authorityHeads, kind, writtenAt, , first, second] = parts;
  const [hash, size] = tag === 1 ? [first, second] : [digest("", first, second), second.length];
  const circle = kind === FOUNDING ? new Uint8Array(32) : place.circle;
  return [
    1, circle, device, place.log, seq, prev, heads, authorityHeads, place.epoch, place.hour, kind,
    hash, size, writtenAt,
  ];
}

// The rules that one op can break by itself (protocol, "What one op must keep to").
function breaksRules(h, stripped) {
  const heads = [h.heads, h.authority_heads];
  const founding = h.kind === FOUNDING;
  return (
    h.log !== (h.kind >= 64 ? 1 : 0)
    || (h.seq === 0) !== (h.prev === ZERO)
    || (h.heads.length > 0 && h.log !== 1)
    || heads.some((named) => new Set(named).size !== named.length || named.includes(ZERO))
    || founding !== (h.circle === ZERO)
    || (founding && (h.seq > 0 || h.authority_heads.length > 0 || h.epoch !== ZERO))
    || (stripped && h.log !== STRIPPABLE)
  );
}

export function open({ envelope: written, circle, epoch: epochHex, words, authority }) {
  const envelope = unhex(written);
  const epoch = unhex(epochHex);
  const checks = { nonce: null, padding: null, canonical: null, signature: null };
  const told = { envelope_id: hex(digest("", envelope)), refused: null, checks };
  const refuse = (why) => ({ ...told, refused: why });

  const size = envelope.length - CLEAR - TAG;
  if (envelope.length > LONGEST || size < FLOOR || padme(size) !== size) return refuse("clear");
  if (envelope[0] !== 1 || envelope[1] > 1) return refuse("clear");
  const view = new DataView(envelope.buffer, envelope.byteOffset);
  const [log, hour] = [envelope[1], view.getUint32(2)];
  const [nonce, hint] = [envelope.subarray(6, 30), envelope.subarray(30, CLEAR)];
  Object.assign(told, { class: CLASSES[log], hour, nonce: hex(nonce), hint: hex(hint) });

  const secret = [authority, words][log];
  if (secret === null) return refuse("closed");
  const keys = keysOf(unhex(secret), CLASSES[log]);
  if (!same(keyed(keys.hint, nonce).subarray(0, 4), hint)) return refuse("hint");
  const associated = Buffer.concat([envelope.subarray(0, 6), epoch]);
  const padded = openAead(keys.message, nonce, envelope.subarray(CLEAR), associated);
  if (padded === null) return refuse("sealed");
  checks.nonce = same(keyed(keys.nonce, padded, 24), nonce);
  if (!checks.nonce) return refuse("nonce");

  const end = 4 + new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  checks.padding =
    end <= padded.length
    && padme(end) === padded.length
    && padded.subarray(end).every((byte) => byte === 0);
  if (!checks.padding) return refuse("padding");

  let parts;
  try {
    parts = read(BODY, padded.subarray(4, end));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    checks.canonical = false;
    return refuse("spelling");
  }
  checks.canonical = true;
  const stripped = parts[0] === 1;
  const [signature, salt, payload] = stripped ? [parts[8], "", ""] : parts.slice(8);
  const fields = headerOf(parts, { circle: unhex(circle), log, epoch, hour });
  const header = Object.fromEntries(FIELDS.map((field, i) => [field, plain(fields[i])]));
  const headerBytes = write(fields);
  const opId = digest("hearthside/op/1", headerBytes);
  checks.signature = verify(fields[2], "hearthside/op-signature/1", opId, signature);
  Object.assign(told, {
    op_id: hex(opId),
    header,
    header_bytes: hex(headerBytes),
    signature: hex(signature),
    salt: hex(salt),
    payload: hex(payload),
    stripped,
    act: stripped ? null : plain(readAct(header.kind, payload)),
  });
  return breaksRules(header, stripped) ? refuse("rules") : told;
}
