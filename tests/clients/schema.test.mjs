// jsforce against a sandbox with fields, objects and rules of its own: keys of another system above all.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Sandbox, client } from "./sandbox.mjs";

const jsforce = client("jsforce");
const kSchema = { objects: [
  { name: "Lead",
    fields: [
      { name: "Ext__c", externalId: true, unique: true },
      { name: "Score__c", type: "int" },
      { name: "Tier__c", type: "picklist", restrictedPicklist: true, picklistValues: ["A", "B"] },
    ],
    validationRules: [
      { name: "Reachable", when: "Tier__c = 'A' AND Phone = null", errorMessage: "An A lead has a phone.",
        errorField: "Phone" }],
    fieldUpdates: [{ when: "Score__c > 80", set: { Rating: "Hot" } }] },
  { name: "Deal__c", label: "Deal", labelPlural: "Deals",
    fields: [
      { name: "Amount__c", type: "currency" },
      { name: "Firm__c", type: "reference", referenceTo: ["Account"], relationshipName: "Firm__r",
        childRelationshipName: "Deals__r" }] },
] };

let folder;
let crm;
let conn;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "prospectd-schema-"));
  const file = join(folder, "schema.json");
  writeFileSync(file, JSON.stringify(kSchema));
  crm = await Sandbox.start(100, ["--schema", file]);
  const { body } = await crm.token({
    grant_type: "client_credentials", client_id: crm.clientId, client_secret: crm.secret,
  });
  conn = new jsforce.Connection({
    instanceUrl: body.instance_url, accessToken: body.access_token, version: "60.0",
  });
});
after(async () => {
  await crm.stop();
  rmSync(folder, { recursive: true, force: true });
});

const lead = (more) => ({ LastName: "Keyed", Company: "Acme", ...more });
const refusedAs = (code) => (error) => { assert.equal(error.errorCode ?? error.name, code); return true; };
const post = (path, body) => conn.request({
  method: "POST", url: `/services/data/v60.0/${path}`, body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

describe("keys of another system", () => {
  it("upsert makes a record, then changes it", async () => {
    const made = await conn.sobject("Lead").upsert(lead({ Ext__c: "k-1" }), "Ext__c");
    assert.ok(made.success && made.created);
    const changed = await conn.sobject("Lead").upsert(lead({ Ext__c: "K-1", Title: "CTO" }), "Ext__c");
    assert.ok(changed.success);
    assert.equal(changed.created, false);
    assert.equal((await conn.sobject("Lead").retrieve(made.id)).Title, "CTO");
  });
  it("upsert of many tells which are new", async () => {
    const rows = await conn.sobject("Lead").upsert(
      [lead({ Ext__c: "k-1" }), lead({ Ext__c: "k-2" }), lead({ Ext__c: "k-3" })], "Ext__c");
    assert.deepEqual(rows.map((row) => row.created), [false, true, true]);
  });
  it("the same key twice in one call is refused on both rows", async () => {
    const rows = await conn.sobject("Lead").upsert([lead({ Ext__c: "k-9" }), lead({ Ext__c: "k-9" })],
                                                   "Ext__c");
    assert.ok(rows.every((row) => !row.success && row.errors[0].statusCode === "DUPLICATE_VALUE"));
  });
  it("a key that is taken", () =>
    assert.rejects(conn.sobject("Lead").create(lead({ Ext__c: "k-2" })), refusedAs("DUPLICATE_VALUE")));
  it("bulk upsert by key", async () => {
    const { successfulResults, failedResults } = await conn.bulk2.loadAndWaitForResults({
      object: "Lead", operation: "upsert", externalIdFieldName: "Ext__c",
      input: [lead({ Ext__c: "k-2", Title: "COO" }), lead({ Ext__c: "k-5" })],
      pollTimeout: 60_000, pollInterval: 100,
    });
    assert.equal(failedResults.length, 0, JSON.stringify(failedResults));
    assert.deepEqual(successfulResults.map((row) => row.sf__Created).sort(), ["false", "true"]);
    const [second] = await conn.sobject("Lead").find({ Ext__c: "k-2" }, ["Title"]);
    assert.equal(second.Title, "COO");
  });
});

describe("rules", () => {
  it("a validation rule refuses in its own words", () =>
    assert.rejects(conn.sobject("Lead").create(lead({ Tier__c: "A" })), (error) => {
      assert.equal(error.errorCode, "FIELD_CUSTOM_VALIDATION_EXCEPTION");
      assert.equal(error.message, "An A lead has a phone.");
      return true;
    }));
  it("a value that the picklist does not have", () =>
    assert.rejects(conn.sobject("Lead").create(lead({ Tier__c: "Z" })),
                   refusedAs("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")));
  it("a flow sets a field", async () => {
    const { id } = await conn.sobject("Lead").create(lead({ Score__c: 95 }));
    assert.equal((await conn.sobject("Lead").retrieve(id)).Rating, "Hot");
  });
});

describe("objects of one's own", () => {
  it("are described, written and queried from both sides", async () => {
    const account = await conn.sobject("Account").create({ Name: "Globex" });
    const deal = await conn.sobject("Deal__c").create({ Name: "Big", Amount__c: 12.5, Firm__c: account.id });
    assert.ok((await conn.describe("Deal__c")).custom);
    const [up] = (await conn.query(`SELECT Amount__c, Firm__r.Name FROM Deal__c WHERE Id = '${deal.id}'`)).records;
    assert.deepEqual([up.Amount__c, up.Firm__r.Name], [12.5, "Globex"]);
    const [down] =
      (await conn.query(`SELECT (SELECT Name FROM Deals__r) FROM Account WHERE Id = '${account.id}'`)).records;
    assert.equal(down.Deals__r.records[0].Name, "Big");
  });
});

describe("calls that hold others", () => {
  it("a tree makes parents and children at once", async () => {
    const answer = await post("composite/tree/Account", { records: [
      { attributes: { type: "Account", referenceId: "a" }, Name: "Tree",
        Contacts: { records: [{ attributes: { type: "Contact", referenceId: "c" }, LastName: "Leaf" }] } },
    ] });
    assert.equal(answer.hasErrors, false);
    assert.deepEqual(answer.results.map((r) => r.referenceId), ["a", "c"]);
  });
  it("a batch goes on after a failure", async () => {
    const answer = await post("composite/batch", { batchRequests: [
      { method: "GET", url: "v60.0/sobjects/Lead/00Q00000000zzzz" },
      { method: "GET", url: "v60.0/limits" },
    ] });
    assert.equal(answer.hasErrors, true);
    assert.deepEqual(answer.results.map((r) => r.statusCode), [404, 200]);
  });
  it("a graph is all or nothing", async () => {
    const node = (referenceId, type, body) =>
      ({ method: "POST", url: `/services/data/v60.0/sobjects/${type}`, referenceId, body });
    const answer = await post("composite/graph", { graphs: [
      { graphId: "good", compositeRequest: [node("a", "Account", { Name: "Graph" }),
        node("c", "Contact", { LastName: "Node", AccountId: "@{a.id}" })] },
      { graphId: "bad", compositeRequest: [node("a", "Account", { Name: "Gone" }), node("c", "Contact", {})] },
    ] });
    assert.deepEqual(answer.graphs.map((g) => g.isSuccessful), [true, false]);
    assert.equal((await conn.query("SELECT COUNT() FROM Account WHERE Name = 'Gone'")).totalSize, 0);
  });
  it("search finds people by words", async () => {
    const { searchRecords } = await conn.search("FIND {Leaf} IN NAME FIELDS RETURNING Contact(Id, LastName)");
    assert.equal(searchRecords[0].LastName, "Leaf");
  });
});
