// What the connector asks the CRM is proper SOQL to a parser that others wrote: the daemon polls a sandbox
// through a proxy that keeps every query.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, request as httpRequest } from "node:http";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Sandbox, client, program } from "./sandbox.mjs";

const { parseQuery, composeQuery, isQueryValid } = client("@jetstreamapp/soql-parser-js");

const kLongQuery = 4_000;

let crm;
let proxy;
const queries = new Set();

function run(...words) {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (text) => { said += text; });
    child.stderr.on("data", (text) => { said += text; });
    child.once("exit", (status) => resolve({ status, said }));
  });
}

/** Passes everything on to the sandbox and keeps the queries; answers its own address. */
async function startProxy(target) {
  const server = createServer((incoming, outgoing) => {
    const soql = new URL(incoming.url, target).searchParams.get("q");
    if (soql) queries.add(soql);
    const passed = httpRequest(new URL(incoming.url, target),
      { method: incoming.method, headers: incoming.headers },
      (answer) => { outgoing.writeHead(answer.statusCode, answer.headers); answer.pipe(outgoing); });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

before(async () => {
  crm = await Sandbox.start(2_000);
  proxy = await startProxy(crm.url);
  const folder = join(crm.folder, "daemon");
  const made = await run("init", "--output", folder, "--login-url", proxy.url, "--client-id", crm.clientId,
                         "--secret-file", join(crm.folder, "sandbox.secret"), "--listen", "127.0.0.1:0");
  assert.equal(made.status, 0, made.said);
  const config = join(folder, "prospectd.yaml");
  for (let poll = 0; poll < 2; ++poll) {
    const polled = await run("run", "--once", "-c", config);
    assert.equal(polled.status, 0, polled.said);
    await crm.admin("convert", { lead: await aLead() });
    const { example } = await exampleRecord();
    await crm.admin("delete", { id: example });
  }
});
after(async () => {
  proxy.server.close();
  proxy.server.closeAllConnections?.();
  await crm.stop();
});

async function ask(soql) {
  const { body } = await crm.token({
    grant_type: "client_credentials", client_id: crm.clientId, client_secret: crm.secret,
  });
  const answer = await fetch(`${crm.url}/services/data/v60.0/query?q=${encodeURIComponent(soql)}`,
                             { headers: { Authorization: `Bearer ${body.access_token}` } });
  return (await answer.json()).records;
}
const aLead = async () => (await ask("SELECT Id FROM Lead WHERE IsConverted = false LIMIT 1"))[0].Id;
const exampleRecord = async () => ({ example: (await ask("SELECT Id FROM Contact LIMIT 1"))[0].Id });

describe("the connector's queries", () => {
  it("are of every object that it reads", () => {
    const objects = new Set([...queries].map((soql) => parseQuery(soql).sObject));
    for (const object of ["User", "Group", "Account", "Contact", "Lead"])
      assert.ok(objects.has(object), `${object} among ${[...objects]}`);
  });
  it("parse", () => {
    assert.ok(queries.size >= 10, `${queries.size} queries`);
    for (const soql of queries) assert.ok(isQueryValid(soql), soql.slice(0, kLongQuery));
  });
  it("mean the same when that parser writes them again", () => {
    for (const soql of queries) {
      const again = composeQuery(parseQuery(soql));
      assert.deepEqual(parseQuery(again), parseQuery(soql), soql.slice(0, kLongQuery));
    }
  });
});
