// The primitives, from the texts that define them: BLAKE2b from @noble/hashes, because Node's own
// has neither a key nor a length; ChaCha20-Poly1305 and the Ed25519 equation from Node (OpenSSL);
// HChaCha20 and the stricter rules about signatures written here.

import { createDecipheriv, createPublicKey, verify as opensslVerify } from "node:crypto";
import { blake2b } from "@noble/hashes/blake2.js";

const utf8 = new TextEncoder();

export const hex = (bytes) => Buffer.from(bytes).toString("hex");
export const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
export const same = (left, right) => Buffer.compare(left, right) === 0;

export const digest = (domain, ...parts) =>
  blake2b(Buffer.concat([utf8.encode(domain), ...parts]), { dkLen: 32 });
export const keyed = (key, message, size = 32) => blake2b(message, { key, dkLen: size });
export const derive = (secret, label) => keyed(secret, utf8.encode(label));

// draft-irtf-cfrg-xchacha, section 2.2: the ChaCha20 block without the last addition.
function hchacha20(key, nonce) {
  const words = (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  };
  const s = Uint32Array.from([
    0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...words(key), ...words(nonce),
  ]);
  const turn = (a, by) => (a << by) | (a >>> (32 - by));
  const quarter = (a, b, c, d) => {
    s[a] += s[b]; s[d] = turn(s[d] ^ s[a], 16);
    s[c] += s[d]; s[b] = turn(s[b] ^ s[c], 12);
    s[a] += s[b]; s[d] = turn(s[d] ^ s[a], 8);
    s[c] += s[d]; s[b] = turn(s[b] ^ s[c], 7);
  };
  for (let round = 0; round < 10; round++) {
    quarter(0, 4, 8, 12); quarter(1, 5, 9, 13); quarter(2, 6, 10, 14); quarter(3, 7, 11, 15);
    quarter(0, 5, 10, 15); quarter(1, 6, 11, 12); quarter(2, 7, 8, 13); quarter(3, 4, 9, 14);
  }
  const out = new DataView(new ArrayBuffer(32));
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((from, to) => out.setUint32(4 * to, s[from], true));
  return new Uint8Array(out.buffer);
}

// XChaCha20-Poly1305: the plaintext, or null where the tag is another.
export function openAead(key, nonce, sealed, associated) {
  const subkey = hchacha20(key, nonce.subarray(0, 16));
  const short = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const cipher = createDecipheriv("chacha20-poly1305", subkey, short, { authTagLength: 16 });
  const end = sealed.length - 16;
  cipher.setAAD(associated, { plaintextLength: end });
  cipher.setAuthTag(sealed.subarray(end));
  const plaintext = cipher.update(sealed.subarray(0, end));
  try {
    cipher.final();
  } catch {
    return null;
  }
  return new Uint8Array(plaintext);
}

// Points of small order, by their y (little-endian, sign bit off) as far as it is below p.
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);
const P = 2n ** 255n - 19n;
const number = (bytes) => BigInt("0x" + hex(Uint8Array.from(bytes).reverse()));

function unsigned(point) {
  const y = Uint8Array.from(point);
  y[31] &= 0x7f;
  return y;
}

// Ed25519 as docs/protocol.md has it: R = SB - hA compared as bytes, S below the group order (both
// OpenSSL's), a key in its one spelling, and neither key nor R of small order (ours).
export function verify(key, domain, message, signature) {
  const y = unsigned(key);
  if (number(y) >= P || SMALL_ORDER.has(hex(y))) return false;
  if (SMALL_ORDER.has(hex(unsigned(signature.subarray(0, 32))))) return false;
  const x = Buffer.from(key).toString("base64url");
  const jwk = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return opensslVerify(null, Buffer.concat([utf8.encode(domain), message]), jwk, signature);
}
