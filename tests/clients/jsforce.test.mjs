// jsforce against the sandbox: what people's scripts do with the real CRM has to work here, word for word.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { Sandbox, client } from "./sandbox.mjs";

const jsforce = client("jsforce");
const kVersion = "60.0";

let crm;
let conn;
before(async () => {
  crm = await Sandbox.start(300);
  conn = await connect();
});
after(() => crm.stop());

const secrets = () => ({ client_id: crm.clientId, client_secret: crm.secret });

/** A connection that has logged in as integrations do. */
async function connect(more = {}) {
  const { body } = await crm.token({ grant_type: "client_credentials", ...secrets() });
  return new jsforce.Connection({
    instanceUrl: body.instance_url,
    accessToken: body.access_token,
    version: kVersion,
    ...more,
  });
}

async function aUser() {
  return (await conn.query("SELECT Id, Username FROM User WHERE IsActive = true LIMIT 1")).records[0];
}

const unique = (() => { let n = 0; return (what) => `${what}${++n}`; })();
const aLead = (more = {}) => ({ LastName: unique("Lead"), Company: "Acme", ...more });
const refusedAs = (code) => (error) => { assert.equal(error.errorCode ?? error.name, code); return true; };

describe("login", () => {
  it("by client credentials", async () => {
    const logged = new jsforce.Connection({
      version: kVersion,
      oauth2: { loginUrl: crm.url, clientId: crm.clientId, clientSecret: crm.secret },
    });
    await logged.authorize({ grant_type: "client_credentials" });
    assert.equal(logged.instanceUrl, crm.url);
    assert.ok((await logged.query("SELECT COUNT() FROM Lead")).totalSize > 0);
  });

  it("by username and password", async () => {
    const { Id, Username } = await aUser();
    const logged = new jsforce.Connection({
      version: kVersion,
      oauth2: { loginUrl: crm.url, clientId: crm.clientId, clientSecret: crm.secret },
    });
    const user = await logged.login(Username, crm.password);
    assert.equal(user.id, Id);
    assert.match(user.organizationId, /^00D\w{15}$/);
  });

  it("by SOAP, without a client id", async () => {
    const { Id, Username } = await aUser();
    const logged = new jsforce.Connection({ loginUrl: crm.url, version: kVersion });
    const user = await logged.login(Username, `${crm.password}SecurityToken`);
    assert.equal(user.id, Id);
    assert.equal((await logged.identity()).user_id, Id);
  });

  it("by SOAP with a wrong password is refused in the CRM's words", async () => {
    const { Username } = await aUser();
    const logged = new jsforce.Connection({ loginUrl: crm.url, version: kVersion });
    await assert.rejects(logged.login(Username, "wrong"), /INVALID_LOGIN/);
  });

  it("through the browser, with a challenge", async () => {
    const redirect = "http://localhost:1717/OauthRedirect";
    const verifier = randomBytes(32).toString("base64url");
    const oauth2 = new jsforce.OAuth2({
      loginUrl: crm.url,
      clientId: crm.clientId,
      clientSecret: crm.secret,
      redirectUri: redirect,
    });
    const address = oauth2.getAuthorizationUrl({
      state: "s1",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    const sent = await fetch(address, { redirect: "manual" });
    assert.equal(sent.status, 302);
    const back = new URL(sent.headers.get("location"));
    assert.equal(back.searchParams.get("state"), "s1");
    const logged = new jsforce.Connection({ oauth2, version: kVersion });
    await logged.authorize({
      grant_type: "authorization_code",
      code: back.searchParams.get("code"),
      code_verifier: verifier,
    });
    assert.ok(logged.refreshToken);
    assert.ok((await logged.identity()).active);
  });

  it("by refresh token, when the session has ended", async () => {
    const logged = new jsforce.Connection({
      version: kVersion,
      oauth2: { loginUrl: crm.url, clientId: crm.clientId, clientSecret: crm.secret },
      instanceUrl: crm.url,
      accessToken: "00D000000000001!gone",
      refreshToken: crm.refreshToken,
    });
    let renewed = 0;
    logged.on("refresh", () => { ++renewed; });
    assert.ok((await logged.query("SELECT Id FROM Lead LIMIT 1")).records.length === 1);
    assert.equal(renewed, 1);
  });

  it("a wrong secret is refused", async () => {
    const { status, body } = await crm.token({
      grant_type: "client_credentials", client_id: crm.clientId, client_secret: "wrong",
    });
    assert.equal(status, 400);
    assert.equal(body.error, "invalid_client");
  });

  it("logout ends the session", async () => {
    const logged = await connect({ oauth2: { loginUrl: crm.url, ...{ clientId: crm.clientId } } });
    await logged.logout();
    const again = await fetch(`${crm.url}/services/data/v60.0/limits`, {
      headers: { Authorization: `Bearer ${logged.accessToken}` },
    });
    assert.equal(again.status, 401);
  });
});

describe("what there is", () => {
  it("identity", async () => {
    const who = await conn.identity();
    assert.match(who.user_id, /^005\w{15}$/);
    assert.ok(who.urls.rest.startsWith(crm.url));
    assert.ok(who.email.includes("@"));
  });
  it("limits", async () => {
    const limits = await conn.limits();
    assert.ok(limits.DailyApiRequests.Max > limits.DailyApiRequests.Remaining);
    assert.ok(conn.limitInfo.apiUsage.used > 0);
  });
  it("describeGlobal", async () => {
    const names = (await conn.describeGlobal()).sobjects.map((s) => s.name);
    for (const name of ["Lead", "Contact", "Account", "User"]) assert.ok(names.includes(name), name);
  });
  it("describe", async () => {
    const lead = await conn.describe("Lead");
    const email = lead.fields.find((f) => f.name === "Email");
    assert.equal(email.type, "email");
    assert.ok(lead.fields.find((f) => f.name === "Status").picklistValues.length > 1);
  });
  it("describe of what there is not", () => assert.rejects(conn.describe("Nope"), refusedAs("NOT_FOUND")));
  it("versions", async () => {
    const versions = await conn.request("/services/data");
    assert.ok(versions.some((v) => v.version === kVersion));
  });
});

describe("queries", () => {
  it("records with attributes, in the order of the fields asked for", async () => {
    const { records, totalSize, done } = await conn.query("SELECT Id, Email, LastName FROM Lead LIMIT 5");
    assert.equal(totalSize, 5);
    assert.ok(done);
    assert.deepEqual(Object.keys(records[0]), ["attributes", "Id", "Email", "LastName"]);
    assert.equal(records[0].attributes.url, `/services/data/v60.0/sobjects/Lead/${records[0].Id}`);
  });
  it("autoFetch reads all pages", async () => {
    const all = (await conn.query("SELECT COUNT() FROM Lead")).totalSize;
    await crm.admin("knobs", { page_size_max: 20 });
    try {
      const ids = await new Promise((resolve, reject) => {
        const found = [];
        conn.query("SELECT Id FROM Lead")
          .on("record", (record) => found.push(record.Id))
          .on("end", () => resolve(found))
          .on("error", reject)
          .run({ autoFetch: true, maxFetch: 100_000 });
      });
      assert.equal(new Set(ids).size, all);
      assert.equal(ids.length, all);
    } finally {
      await crm.admin("knobs", { page_size_max: 2000 });
    }
  });
  it("queryMore page by page", async () => {
    await crm.admin("knobs", { page_size_max: 50 });
    try {
      const first = await conn.query("SELECT Id FROM Lead ORDER BY Id");
      assert.equal(first.records.length, 50);
      assert.equal(first.done, false);
      const second = await conn.queryMore(first.nextRecordsUrl);
      assert.ok(second.records[0].Id > first.records[49].Id);
    } finally {
      await crm.admin("knobs", { page_size_max: 2000 });
    }
  });
  it("the builder's conditions, order and limit", async () => {
    const lead = aLead({ Title: "O'Brien's 50%_", AnnualRevenue: 1200 });
    await conn.sobject("Lead").create(lead);
    const found = await conn.sobject("Lead")
      .find({ Title: lead.Title, LastName: { $in: [lead.LastName, "x"] } }, ["Id", "Title"])
      .sort({ CreatedDate: -1 }).limit(3);
    assert.equal(found.length, 1);
    assert.equal(found[0].Title, lead.Title);
  });
  it("count of the builder", async () => {
    assert.ok(await conn.sobject("Contact").count() > 0);
  });
  it("parents", async () => {
    const { records } = await conn.query(
      "SELECT Id, Account.Name, Owner.Name FROM Contact WHERE AccountId != null AND Account.Name LIKE '%' LIMIT 3");
    assert.equal(records.length, 3);
    for (const record of records) {
      assert.equal(record.Account.attributes.type, "Account");
      assert.ok(record.Account.Name && record.Owner.Name);
    }
  });
  it("children", async () => {
    const { Id } = await conn.sobject("Account").create({ Name: unique("Parent") })
      .then(({ id }) => ({ Id: id }));
    for (const name of ["A", "B"]) await conn.sobject("Contact").create({ LastName: name, AccountId: Id });
    const { records } = await conn.query(
      `SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName DESC) FROM Account WHERE Id = '${Id}'`);
    assert.equal(records[0].Contacts.totalSize, 2);
    assert.deepEqual(records[0].Contacts.records.map((c) => c.LastName), ["B", "A"]);
  });
  it("groups and their sums", async () => {
    const { records } = await conn.query("SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status ORDER BY Status");
    const all = (await conn.query("SELECT COUNT() FROM Lead")).totalSize;
    assert.equal(records.reduce((sum, r) => sum + r.n, 0), all);
    assert.equal(records[0].attributes.type, "AggregateResult");
  });
  it("HAVING", async () => {
    const { records } = await conn.query(
      "SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status HAVING COUNT(Id) > 100000");
    assert.equal(records.length, 0);
  });
  it("semi-joins", async () => {
    const { totalSize } = await conn.query(
      "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName = 'A')");
    assert.equal(totalSize, 1);
  });
  it("date literals", async () => {
    const { id } = await conn.sobject("Lead").create(aLead());
    const { records } = await conn.query(`SELECT Id FROM Lead WHERE CreatedDate = TODAY AND Id = '${id}'`);
    assert.equal(records.length, 1);
    assert.equal((await conn.query("SELECT Id FROM Lead WHERE CreatedDate > NEXT_N_DAYS:2")).totalSize, 0);
  });
  it("FIELDS(STANDARD)", async () => {
    const { records } = await conn.query("SELECT FIELDS(STANDARD) FROM Lead LIMIT 1");
    assert.ok("LastName" in records[0] && "SystemModstamp" in records[0]);
  });
  it("the recycle bin is seen by scanAll alone", async () => {
    const { id } = await conn.sobject("Lead").create(aLead());
    await conn.sobject("Lead").destroy(id);
    const soql = `SELECT Id, IsDeleted FROM Lead WHERE Id = '${id}'`;
    assert.equal((await conn.query(soql)).totalSize, 0);
    const { records } = await conn.query(soql, { scanAll: true });
    assert.equal(records[0].IsDeleted, true);
  });
  it("a field that there is not", () =>
    assert.rejects(conn.query("SELECT Nope FROM Lead"), refusedAs("INVALID_FIELD")));
  it("an object that there is not", () =>
    assert.rejects(conn.query("SELECT Id FROM Nope"), refusedAs("INVALID_TYPE")));
  it("what is no query", () => assert.rejects(conn.query("SELECT FROM"), refusedAs("MALFORMED_QUERY")));
});

describe("records", () => {
  it("create, retrieve, update, delete", async () => {
    const made = await conn.sobject("Lead").create(aLead({ Title: "CTO" }));
    assert.ok(made.success);
    assert.match(made.id, /^00Q\w{15}$/);
    assert.equal((await conn.sobject("Lead").retrieve(made.id)).Title, "CTO");
    assert.ok((await conn.sobject("Lead").update({ Id: made.id, Title: "CEO" })).success);
    assert.equal((await conn.sobject("Lead").retrieve(made.id, { fields: ["Title"] })).Title, "CEO");
    assert.ok((await conn.sobject("Lead").destroy(made.id)).success);
    await assert.rejects(conn.sobject("Lead").retrieve(made.id), refusedAs("ENTITY_IS_DELETED"));
  });
  it("what is required", () =>
    assert.rejects(conn.sobject("Lead").create({ Title: "x" }), (error) => {
      assert.equal(error.errorCode, "REQUIRED_FIELD_MISSING");
      assert.deepEqual([...error.data.fields].sort(), ["Company", "LastName"]);
      return true;
    }));
  it("what is too long", () =>
    assert.rejects(conn.sobject("Lead").create(aLead({ Title: "x".repeat(129) })),
                   refusedAs("STRING_TOO_LONG")));
  it("no address", () =>
    assert.rejects(conn.sobject("Lead").create(aLead({ Email: "no address" })),
                   refusedAs("INVALID_EMAIL_ADDRESS")));
  it("a field that there is not", () =>
    assert.rejects(conn.sobject("Lead").create(aLead({ Nope: 1 })), refusedAs("INVALID_FIELD")));
  it("a record that there is not", () =>
    assert.rejects(conn.sobject("Lead").update({ Id: "00Q0000000009ZZ", Title: "x" }),
                   (error) => ["ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"]
                     .includes(error.errorCode)));
  it("blanks clear a field", async () => {
    const { id } = await conn.sobject("Lead").create(aLead({ Title: "CTO" }));
    await conn.sobject("Lead").update({ Id: id, Title: null });
    assert.equal((await conn.sobject("Lead").retrieve(id)).Title, null);
  });
  it("updated and deleted since", async () => {
    const { id } = await conn.sobject("Lead").create(aLead());
    const start = new Date(Date.now() - 3_600_000);
    const end = new Date(Date.now() + 120_000);
    const updated = await conn.sobject("Lead").updated(start, end);
    assert.ok(updated.ids.includes(id));
    await conn.sobject("Lead").destroy(id);
    const deleted = await conn.sobject("Lead").deleted(start, end);
    assert.ok(deleted.deletedRecords.some((r) => r.id === id));
  });
});

describe("collections", () => {
  it("create, retrieve, update and delete many", async () => {
    const made = await conn.sobject("Lead").create([aLead(), aLead(), aLead()]);
    assert.ok(made.every((r) => r.success));
    const ids = made.map((r) => r.id);
    const read = await conn.sobject("Lead").retrieve(ids, { fields: ["Id", "LastName"] });
    assert.deepEqual(read.map((r) => r.Id), ids);
    const updated = await conn.sobject("Lead").update(ids.map((Id) => ({ Id, Title: "Many" })));
    assert.ok(updated.every((r) => r.success));
    const gone = await conn.sobject("Lead").destroy(ids);
    assert.ok(gone.every((r) => r.success));
  });
  it("each row stands for itself", async () => {
    const rows = await conn.sobject("Lead").create([aLead(), { Title: "no name" }, aLead()]);
    assert.deepEqual(rows.map((r) => r.success), [true, false, true]);
    assert.equal(rows[1].errors[0].statusCode, "REQUIRED_FIELD_MISSING");
  });
  it("all or none", async () => {
    const name = unique("AllOrNone");
    const rows = await conn.sobject("Lead").create([aLead({ LastName: name }), { Title: "no name" }],
                                                   { allOrNone: true });
    assert.ok(rows.every((r) => !r.success));
    assert.equal((await conn.query(`SELECT COUNT() FROM Lead WHERE LastName = '${name}'`)).totalSize, 0);
  });
  it("more than 200, in parts", async () => {
    const rows = await conn.sobject("Lead").create(Array.from({ length: 450 }, () => aLead()),
                                                   { allowRecursive: true });
    assert.equal(rows.filter((r) => r.success).length, 450);
  });
  it("more than 200 at once are refused", () =>
    assert.rejects(conn.sobject("Lead").create(Array.from({ length: 201 }, () => aLead())),
                   /200|EXCEEDED/));
});

describe("composite", () => {
  const composite = (body) => conn.request({
    method: "POST", url: "/services/data/v60.0/composite", body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  it("a later request refers to an earlier one", async () => {
    const answer = await composite({ compositeRequest: [
      { method: "POST", url: "/services/data/v60.0/sobjects/Account", referenceId: "acct",
        body: { Name: unique("Composite") } },
      { method: "POST", url: "/services/data/v60.0/sobjects/Contact", referenceId: "person",
        body: { LastName: "Roy", AccountId: "@{acct.id}" } },
    ] });
    assert.deepEqual(answer.compositeResponse.map((r) => r.httpStatusCode), [201, 201]);
    const person = await conn.sobject("Contact").retrieve(answer.compositeResponse[1].body.id);
    assert.equal(person.AccountId, answer.compositeResponse[0].body.id);
  });
  it("all or none takes back what went well", async () => {
    const name = unique("TakenBack");
    const answer = await composite({ allOrNone: true, compositeRequest: [
      { method: "POST", url: "/services/data/v60.0/sobjects/Account", referenceId: "a", body: { Name: name } },
      { method: "POST", url: "/services/data/v60.0/sobjects/Contact", referenceId: "b", body: {} },
    ] });
    assert.ok(answer.compositeResponse.every((r) => r.httpStatusCode >= 400));
    assert.equal((await conn.query(`SELECT COUNT() FROM Account WHERE Name = '${name}'`)).totalSize, 0);
  });
});
