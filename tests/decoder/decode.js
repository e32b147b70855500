// Reads lines of JSON, {"envelope", "circle", "epoch", "words", "authority"} in hex, secrets not
// known as null, and answers each with a line: what the envelope holds when it is found in that
// circle, or the check at which it failed. A line with "padded" is answered with the frame inside or
// null, one with "seal_key" with the tags of a mailbox.
//
//   npm ci && node decode.js < envelopes.jsonl

import { createInterface } from "node:readline";
import { open } from "./envelope.js";
import { tags, unpad } from "./mailbox.js";

function answer(asked) {
  if ("padded" in asked) return { frame: unpad(asked.padded) };
  return "seal_key" in asked ? tags(asked) : open(asked);
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line) process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}
