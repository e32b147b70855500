// Reads lines of JSON, {"envelope", "circle", "epoch", "words", "authority"} in hex, secrets not
// known as null, and answers each with a line: what the envelope holds when it is found in that
// circle, or the check at which it failed.
//
//   npm ci && node decode.js < envelopes.jsonl

import { createInterface } from "node:readline";
import { open } from "./envelope.js";

for await (const line of createInterface({ input: process.stdin })) {
  if (line) process.stdout.write(JSON.stringify(open(JSON.parse(line))) + "\n");
}
