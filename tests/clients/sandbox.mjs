// A sandbox CRM for the tests of a file: the real binary on a free port, with its files in a folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The program under test, and where the clients are installed. */
export const program = process.env.PROSPECTD;
/** Loads a client by its package's name. */
export const client = createRequire(join(process.env.PROSPECTD_CLIENTS, "package.json"));

const firstLine = (path) => readFileSync(path, "utf8").split("\n")[0];

export class Sandbox {
  /** Starts one with so many generated people; `more` are further options of `prospectd sandbox`. */
  static async start(people = 300, more = []) {
    const sandbox = new Sandbox();
    sandbox.folder = mkdtempSync(join(tmpdir(), "prospectd-clients-"));
    const words = ["sandbox", "--json", "--port", "0", "--people", String(people), "--dir", sandbox.folder];
    sandbox.process = spawn(program, [...words, ...more], { stdio: ["ignore", "pipe", "inherit"] });
    sandbox.ended = new Promise((resolve) => sandbox.process.once("exit", resolve));
    const lines = createInterface({ input: sandbox.process.stdout });
    const first = await Promise.race([
      new Promise((resolve) => lines.once("line", resolve)),
      sandbox.ended.then((status) => { throw new Error(`the sandbox ended with ${status}`); }),
    ]);
    const word = JSON.parse(first);
    sandbox.url = word.url;
    sandbox.clientId = word.clientId;
    sandbox.secret = firstLine(word.secretFile);
    sandbox.password = firstLine(word.passwordFile);
    sandbox.refreshToken = firstLine(word.refreshTokenFile);
    sandbox.adminToken = firstLine(word.adminTokenFile);
    return sandbox;
  }

  async stop() {
    this.process.kill("SIGTERM");
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Asks the admin endpoint, which tests change and watch the org through. */
  async admin(path, body) {
    const answer = await fetch(`${this.url}/sandbox/admin/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "X-Sandbox-Admin": this.adminToken, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** A form for the token endpoint; answers its status and body. */
  async token(form) {
    const answer = await fetch(`${this.url}/services/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
    return { status: answer.status, body: await answer.json() };
  }
}
