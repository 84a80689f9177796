// jsforce's bulk jobs and change events against the sandbox.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Sandbox, client } from "./sandbox.mjs";

const jsforce = client("jsforce");
const kPoll = { pollTimeout: 60_000, pollInterval: 100 };

let crm;
let conn;
before(async () => {
  crm = await Sandbox.start(300);
  const { body } = await crm.token({
    grant_type: "client_credentials", client_id: crm.clientId, client_secret: crm.secret,
  });
  conn = new jsforce.Connection({
    instanceUrl: body.instance_url, accessToken: body.access_token, version: "60.0",
  });
  conn.bulk2.pollTimeout = kPoll.pollTimeout;
  conn.bulk2.pollInterval = kPoll.pollInterval;
});
after(() => crm.stop());

const leads = (count, more = {}) =>
  Array.from({ length: count }, (_, i) => ({ LastName: `Bulk ${i}`, Company: "Acme", ...more }));
const count = async (soql) => (await conn.query(soql)).totalSize;
const ingest = (operation, input, more = {}) =>
  conn.bulk2.loadAndWaitForResults({ object: "Lead", operation, input, ...kPoll, ...more });

describe("Bulk API 2.0", () => {
  it("query: every record of the object, with the values that REST has", async () => {
    const stream = await conn.bulk2.query("SELECT Id, LastName, Company FROM Lead");
    const rows = await stream.toArray();
    assert.equal(rows.length, await count("SELECT COUNT() FROM Lead"));
    const one = await conn.sobject("Lead").retrieve(rows[0].Id);
    assert.equal(rows[0].LastName, one.LastName);
  });
  it("queryAll: deleted ones too", async () => {
    const { id } = await conn.sobject("Lead").create({ LastName: "Gone", Company: "Acme" });
    await conn.sobject("Lead").destroy(id);
    const stream = await conn.bulk2.query("SELECT Id FROM Lead WHERE IsDeleted = true", { scanAll: true });
    assert.ok((await stream.toArray()).some((row) => row.Id === id));
  });
  it("a query that can't be read ends in its error", () =>
    assert.rejects(conn.bulk2.query("SELECT Nope FROM Lead").then((s) => s.toArray())));
  it("insert", async () => {
    const { successfulResults, failedResults, unprocessedRecords } = await ingest("insert", leads(500));
    assert.equal(successfulResults.length, 500);
    assert.equal(failedResults.length, 0);
    assert.equal(unprocessedRecords.length, 0);
    assert.match(successfulResults[0].sf__Id, /^00Q\w{15}$/);
    assert.equal(successfulResults[0].sf__Created, "true");
    assert.ok(await count("SELECT COUNT() FROM Lead WHERE LastName LIKE 'Bulk %'") >= 500);
  });
  it("a row that is refused leaves the others", async () => {
    const { successfulResults, failedResults } =
      await ingest("insert", [...leads(2), { LastName: "No company", Company: "" }]);
    assert.equal(successfulResults.length, 2);
    assert.equal(failedResults.length, 1);
    assert.match(failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING/);
    assert.equal(failedResults[0].LastName, "No company");
  });
  it("update and delete", async () => {
    const { successfulResults } = await ingest("insert", leads(10));
    const ids = successfulResults.map((row) => row.sf__Id);
    const updated = await ingest("update", ids.map((Id) => ({ Id, Title: "By bulk" })));
    assert.equal(updated.successfulResults.length, 10);
    assert.equal(await count("SELECT COUNT() FROM Lead WHERE Title = 'By bulk'"), 10);
    const gone = await ingest("delete", ids.map((Id) => ({ Id })));
    assert.equal(gone.successfulResults.length, 10);
    assert.equal(await count("SELECT COUNT() FROM Lead WHERE Title = 'By bulk'"), 0);
  });
  it("text with quotes, commas and line ends comes through whole", async () => {
    const text = "a \"b\", c\nd é 漢";
    const { successfulResults } = await ingest("insert", leads(1, { Description: text }));
    const lead = await conn.sobject("Lead").retrieve(successfulResults[0].sf__Id);
    assert.equal(lead.Description, text);
  });
  it("a job can be aborted and deleted", async () => {
    const job = conn.bulk2.createJob({ object: "Lead", operation: "insert" });
    await job.open();
    await job.abort();
    assert.equal((await job.check()).state, "Aborted");
    await job.delete();
    await assert.rejects(job.check());
  });
});

describe("Bulk API 1.0", () => {
  before(() => {
    conn.bulk.pollTimeout = kPoll.pollTimeout;
    conn.bulk.pollInterval = kPoll.pollInterval;
  });
  const load = (operation, input, options = {}) => conn.bulk.load("Lead", operation, options, input);
  const ids = (results) => results.map((result) => result.id);

  it("insert, and a row that is refused leaves the others", async () => {
    const results = await load("insert", [...leads(3), { LastName: "No company", Company: "" }]);
    assert.deepEqual(results.map((r) => r.success), [true, true, true, false]);
    assert.match(results[0].id, /^00Q\w{15}$/);
    assert.equal(results[0].created, true);
    assert.match(results[3].errors[0], /^REQUIRED_FIELD_MISSING/);
    assert.equal(await count(`SELECT COUNT() FROM Lead WHERE Id IN ('${ids(results.slice(0, 3)).join("','")}')`), 3);
  });
  it("update, and null empties a field", async () => {
    const made = ids(await load("insert", leads(2, { Title: "CTO" })));
    const results = await load("update", made.map((Id) => ({ Id, Title: null, Phone: "7" })));
    assert.ok(results.every((r) => r.success && !r.created));
    const lead = await conn.sobject("Lead").retrieve(made[0]);
    assert.equal(lead.Title, null);
    assert.equal(lead.Phone, "7");
  });
  it("upsert by a field that serves as a key", async () => {
    const contact = { LastName: "Upserted", Email: "upserted@x.test" };
    const upsert = () => conn.bulk.load("Contact", "upsert", { extIdField: "Email" }, [contact]);
    const [made] = await upsert();
    const [found] = await upsert();
    assert.equal(made.created, true);
    assert.equal(found.created, false);
    assert.equal(found.id, made.id);
  });
  it("delete", async () => {
    const made = ids(await load("insert", leads(2)));
    const results = await load("delete", made.map((Id) => ({ Id })));
    assert.deepEqual(ids(results), made);
    assert.equal(await count(`SELECT COUNT() FROM Lead WHERE Id IN ('${made.join("','")}')`), 0);
  });
  it("query: every record of the object, with the values that REST has", async () => {
    const rows = await (await conn.bulk.query("SELECT Id, LastName, Owner.Name FROM Lead")).toArray();
    assert.equal(rows.length, await count("SELECT COUNT() FROM Lead"));
    assert.equal(rows[0].LastName, (await conn.sobject("Lead").retrieve(rows[0].Id)).LastName);
    assert.ok(rows[0]["Owner.Name"]);
  });
  it("a query that can't be read ends in its error", () =>
    assert.rejects(conn.bulk.query("SELECT Nope FROM Lead"), /INVALID_FIELD/));
  it("a job with its batches, one after the other", async () => {
    const job = conn.bulk.createJob("Lead", "insert", { concurrencyMode: "Serial" });
    const info = await job.open();
    assert.equal(info.state, "Open");
    assert.equal(info.concurrencyMode, "Serial");
    const done = (batch) => new Promise((resolve, reject) => {
      batch.on("queue", () => batch.poll(kPoll.pollInterval, kPoll.pollTimeout));
      batch.on("response", resolve);
      batch.on("error", reject);
    });
    const batches = [job.createBatch(), job.createBatch()];
    const results = batches.map(done);
    for (const batch of batches) batch.execute(leads(2)).then(() => {}, () => {});
    assert.deepEqual((await Promise.all(results)).map((r) => r.length), [2, 2]);
    assert.equal((await job.list()).length, 2);
    assert.equal((await job.check()).numberRecordsProcessed, "4");
    assert.equal((await job.close()).state, "Closed");
  });
  it("a job is aborted", async () => {
    const job = conn.bulk.createJob("Lead", "insert");
    await job.open();
    assert.equal((await job.abort()).state, "Aborted");
  });
  it("an unknown job is refused by its name", () =>
    assert.rejects(conn.bulk.job("750000000000999AAA").check(), { errorCode: "InvalidJob" }));
});

describe("change events", () => {
  it("a subscriber is told of a change, with what changed and where it came from", async () => {
    const { id } = await conn.sobject("Lead").create({ LastName: "Watched", Company: "Acme" });
    const faye = conn.streaming.createClient([]);
    try {
      let subscription;
      const told = new Promise((resolve) => {
        subscription = faye.subscribe("/data/LeadChangeEvent", ({ payload }) => {
          if (payload.ChangeEventHeader.recordIds.includes(id)) resolve(payload);
        });
      });
      await subscription;
      await conn.sobject("Lead").update({ Id: id, Title: "CTO" });
      const payload = await told;
      assert.equal(payload.Title, "CTO");
      assert.equal(payload.ChangeEventHeader.changeType, "UPDATE");
      assert.ok(payload.ChangeEventHeader.changedFields.includes("Title"));
      assert.match(payload.ChangeEventHeader.changeOrigin, /rest/);
    } finally {
      await faye.disconnect();
    }
  });
});
