// MessagePack as the protocol has it: every value in its shortest form, of the one type its place
// asks for, and nothing behind the last. A shape is a function from a reader to a value; what is
// not exactly of that shape throws `Malformed`. `write` spells integers, bytes and arrays of such.

export class Malformed extends Error {}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  take(size) {
    if (size > this.bytes.length - this.at) throw new Malformed("ends too early");
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  // A big-endian number of so many bytes that a shorter form could not have said.
  number(size, least) {
    this.take(size);
    const at = this.at - size;
    const value =
      size === 1 ? this.view.getUint8(at)
      : size === 2 ? this.view.getUint16(at)
      : size === 4 ? this.view.getUint32(at)
      : Number(this.view.getBigUint64(at));
    if (value < least) throw new Malformed("a longer form than needed");
    return value;
  }

  // The length that a head announces; `forms` maps a head to [bytes of length, least length].
  length(fixed, count, forms) {
    const head = this.take(1)[0];
    if (head >= fixed && head < fixed + count) return head - fixed;
    const form = forms[head];
    if (form === undefined) throw new Malformed("another type");
    return this.number(...form);
  }
}

const BIN = { 0xc4: [1, 0], 0xc5: [2, 256], 0xc6: [4, 65536] };
const STR = { 0xd9: [1, 32], 0xda: [2, 256], 0xdb: [4, 65536] };
const ARRAY = { 0xdc: [2, 16], 0xdd: [4, 65536] };
const UINT = { 0xcc: [1, 128], 0xcd: [2, 256], 0xce: [4, 65536], 0xcf: [8, 2 ** 32] };

function within(value, min, max) {
  if (value < min || value > max) throw new Malformed("out of range");
  return value;
}

export const uint = (min, max) => (reader) =>
  // 2^53 itself is out of every range, so a number that lost digits is refused, too.
  within(reader.length(0x00, 128, UINT), min, max);

export const bin = (min, max = min) => (reader) =>
  reader.take(within(reader.length(0, 0, BIN), min, max));

export const text = (min, max) => (reader) => {
  const bytes = reader.take(reader.length(0xa0, 32, STR));
  let value;
  try {
    value = utf8.decode(bytes);
  } catch {
    throw new Malformed("no UTF-8");
  }
  within([...value].length, min, max); // characters are code points
  return value;
};

export const word = (...allowed) => (reader) => {
  const value = text(0, 64)(reader);
  if (!allowed.includes(value)) throw new Malformed("an unknown word");
  return value;
};

export const list = (shape, min, max) => (reader) => {
  const size = within(reader.length(0x90, 16, ARRAY), min, max);
  return Array.from({ length: size }, () => shape(reader));
};

export const tuple = (...shapes) => (reader) => {
  within(reader.length(0x90, 16, ARRAY), shapes.length, shapes.length);
  return shapes.map((shape) => shape(reader));
};

// One of several tuples, told apart by the number that each begins with.
export const tagged = (...kinds) => (reader) => {
  const size = reader.length(0x90, 16, ARRAY);
  const tag = uint(0, kinds.length - 1)(reader);
  within(size, kinds[tag].length + 1, kinds[tag].length + 1);
  return [tag, ...kinds[tag].map((shape) => shape(reader))];
};

// One of several tuples of different lengths.
export const either = (...lengths) => (reader) => {
  const start = reader.at;
  const size = reader.length(0x90, 16, ARRAY);
  const shapes = lengths.find((one) => one.length === size);
  if (shapes === undefined) throw new Malformed("neither the one nor the other");
  reader.at = start;
  return tuple(...shapes)(reader);
};

export const orNil = (shape) => (reader) => {
  if (reader.bytes[reader.at] !== 0xc0) return shape(reader);
  reader.at += 1;
  return null;
};

export const bool = (reader) => {
  const byte = reader.bytes[reader.at];
  if (byte !== 0xc2 && byte !== 0xc3) throw new Malformed("neither true nor false");
  reader.at += 1;
  return byte === 0xc3;
};

export function read(shape, bytes) {
  const reader = new Reader(bytes);
  const value = shape(reader);
  if (reader.at !== bytes.length) throw new Malformed("something behind the end");
  return value;
}

// The shortest head: `forms` are those of `length`, the value's own bytes count where they fit.
function head(fixed, count, forms, value) {
  if (value < count) return [fixed + value];
  const fits = Object.entries(forms).filter(([, [size]]) => value < 256 ** size);
  const [form, [size]] = fits[0];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return [Number(form), ...bytes.subarray(8 - size)];
}

export function write(value) {
  if (typeof value === "number") return Buffer.from(head(0x00, 128, UINT, value));
  if (value instanceof Uint8Array) {
    return Buffer.concat([Buffer.from(head(0, 0, BIN, value.length)), value]);
  }
  const parts = value.map(write);
  return Buffer.concat([Buffer.from(head(0x90, 16, ARRAY, parts.length)), ...parts]);
}
