// What is padded, and where parcels lie, from section 16 of the protocol: no line of ours is shared
// with the program.

import { digest, hex, keyed, unhex } from "./crypto.js";

const SIZES = [1024, 4096, 16384, 65536, 262144];
const utf8 = new TextEncoder();

// The frame inside, in hex; null for bytes that are no padded frame.
export function unpad(written) {
  const bytes = unhex(written);
  if (!SIZES.includes(bytes.length) || bytes[0] !== 0xc1) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  const least = SIZES.find((size) => size >= length + 5);
  if (least !== bytes.length || bytes.subarray(5 + length).some((byte) => byte !== 0)) return null;
  return hex(bytes.subarray(5, 5 + length));
}

// Every tag under which something can lie, and the key that address cards are sealed with.
export function tags({ box, authority, seal_key, epoch, nonce, device }) {
  const [at, secret, seal, of, said, who] = [box, authority, seal_key, epoch, nonce, device].map(unhex);
  const mac = (label, ...parts) =>
    hex(keyed(secret, Buffer.concat([utf8.encode(`hearthside/mailbox/${label}/1`), ...parts])));
  return {
    of: hex(digest("hearthside/parcel/of/1", at, of, seal)),
    after: hex(digest("hearthside/parcel/after/1", at, of, seal)),
    first: hex(digest("hearthside/parcel/first/1", said, seal)),
    held: hex(digest("hearthside/parcel/held/1", at, who, seal)),
    card: mac("card", at, who),
    card_key: mac("card-key", at),
  };
}
