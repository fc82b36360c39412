// One psql that stays open: what changes between two visits must not cost the start of a program.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const END = "--- end of answer ---";

export class Database {
  #psql;
  #lines;
  #failed = "";

  constructor(url) {
    const arguments_ = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t", url];
    this.#psql = spawn("psql", [...arguments_, "--set=ON_ERROR_STOP=1"], { stdio: ["pipe", "pipe", "pipe"] });
    this.#psql.stderr.on("data", (text) => (this.#failed += text));
    this.#lines = createInterface({ input: this.#psql.stdout })[Symbol.asyncIterator]();
  }

  /** The rows of a statement, each an array of texts. */
  async ask(statement) {
    this.#psql.stdin.write(`${statement};\n\\echo ${END}\n`);
    const rows = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`psql ended: ${this.#failed}`);
      if (value === END) return rows;
      rows.push(value.split("\t"));
    }
  }

  async one(statement) {
    return (await this.ask(statement))[0]?.[0];
  }

  /** As when something of the agency changed: nothing that was rendered before is shown again. */
  async touch(agency) {
    await this.ask(`update agencies set data_version = data_version + 1 where agency_id = '${agency}'`);
  }

  close() {
    this.#psql.stdin.end();
  }
}
