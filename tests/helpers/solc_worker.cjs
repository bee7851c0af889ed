// Reads one standard-JSON request per line and answers one JSON line each; stays alive between requests.
"use strict";
const fs = require("node:fs");
const readline = require("node:readline");
const solc = require("solc");

function reply(text) {
  const bytes = Buffer.from(text + "\n");
  let done = 0;
  while (done < bytes.length) {
    try {
      done += fs.writeSync(1, bytes, done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  reply(line === "version" ? JSON.stringify(solc.version()) : solc.compile(line));
});
