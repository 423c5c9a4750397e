// How people cross: whole journeys through the tenant's flows, the real scripts and Actions, and the real bridge.
"use strict";
const assert = require("node:assert/strict");
const { describe, it, before } = require("node:test");
const { world } = require("./bridge/world");
const { sql, PASSWORD, UMLAUT_PASSWORD } = require("./bridge/legacy_database");
const { reply } = require("./bridge/fault_proxy");
const { TenantDied } = require("./tenant/flows");
const { nodes } = require("./scripts/fixture");

const ADA = { plan: "gold", roles: ["admin", "author"] };

for (const { name, binary } of nodes()) {
  describe(`crossing, ${name}`, () => {
    const on = world(before, { node: binary });
    const tenant = () => on.tenant;
    const withoutMarkers = ({ drawbridge_restored: a, drawbridge_migrated_at: b, ...rest }) => rest;

    it("the first login migrates, the second never reaches us", async () => {
      const first = await on.counting(() => tenant().login("ada@old.example", PASSWORD));
      const { user } = first.result;
      assert.deepEqual(first.result, { ok: true, type: "s", user });
      assert.deepEqual([first.login, first.getUser, first.mark, first.users], [1, 1, 1, 1]);
      // The scripts' container and the Actions' cache each have a token.
      assert.equal(first.tokens, 2);
      assert.equal(user.user_id, "auth0|legacy|1");
      assert.equal(user.email, "ada@old.example", "Auth0 stores e-mails in lower case");
      assert.deepEqual(withoutMarkers(user.app_metadata), ADA);
      assert.deepEqual(user.user_metadata, { locale: "de" });
      assert.match(user.app_metadata.drawbridge_migrated_at, /^\d{4}-\d\d-\d\dT/);
      const second = await on.counting(() => tenant().login("ada", PASSWORD));
      assert.equal(second.result.type, "s");
      assert.deepEqual([second.login, second.getUser, second.mark, second.tokens], [0, 0, 0, 0]);
    });

    it("a wrong password, then the right one", async () => {
      const wrong = await tenant().login("grace@old.example", "zz-wrong");
      assert.equal(wrong.type, "fp");
      const right = await tenant().login("GRACE@Old.Example", UMLAUT_PASSWORD);
      assert.equal(right.type, "s");
      assert.equal((await tenant().login("grace", UMLAUT_PASSWORD)).type, "s");
    });

    it("a stranger, an empty hash, a disabled account, twins, a broken hash", async () => {
      for (const [identifier, password, type, description, shown] of [
        ["nobody@old.example", PASSWORD, "fu", /^wrong/, /^$/],
        ["nopass@old.example", PASSWORD, "fp", /^wrong/, /^$/],
        ["blaise@old.example", "zz-wrong", "fp", /^wrong/, /^$/],
        ["blaise@old.example", PASSWORD, "f", /disabled/, /^This account is disabled\. Please contact support\./],
        ["twin@old.example", PASSWORD, "f", /409 ambiguous_user/, /^$/],
        ["broken@old.example", PASSWORD, "f", /500 password_unverifiable/, /^$/],
        ["x".repeat(400), PASSWORD, "f", /400 invalid_request/, /^$/],
        ["nul\0@old.example", PASSWORD, "f", /400 invalid_request/, /^$/],
        ["kurt@old.example", "\0".repeat(5000), "f", /(400 invalid_request|413 body_too_large)/, /^$/],
      ]) {
        const { result, users } = await on.counting(() => tenant().login(identifier, password));
        assert.equal(result.type, type, identifier.slice(0, 20));
        assert.match(tenant().log.at(-1).description, description);
        assert.match(result.shown, shown);
        assert.equal(users, 0);
      }
    });

    it("the request id of a message finds the request in the bridge's log", async () => {
      await tenant().login("twin@old.example", PASSWORD);
      const [, id] = /\(request ([\w-]+)\)/.exec(tenant().log.at(-1).description);
      assert.ok(on.bridge.printed.includes(id));
    });

    it("both arities", async () => {
      tenant().withContext = true;
      assert.equal((await tenant().login("person0@old.example", PASSWORD)).type, "s");
      assert.equal((await tenant().signUp("person1@old.example", "zz-new")).type, "fs");
      tenant().withContext = false;
      assert.equal((await tenant().login("person1@old.example", PASSWORD)).type, "s");
    });

    it("the older key for metadata", async () => {
      tenant().metadataKey = "metadata";
      const { user } = await tenant().login("person2@old.example", PASSWORD);
      tenant().metadataKey = "app_metadata";
      assert.deepEqual(withoutMarkers(user.app_metadata), { plan: "free" });
    });

    it("a password reset before the first login", async () => {
      const reset = await tenant().resetPassword("kurt@old.example", "zz-new");
      assert.equal(reset.type, "scp");
      assert.deepEqual(reset.user.app_metadata, {}, "no login yet, no metadata");
      assert.equal((await tenant().login("kurt@old.example", PASSWORD)).type, "fp", "the old password is gone");
      const { result, login, mark } = await on.counting(() => tenant().login("kurt@old.example", "zz-new"));
      assert.deepEqual([login, mark], [0, 1]);
      assert.deepEqual(withoutMarkers(result.user.app_metadata), { plan: "gold" });
      assert.deepEqual(result.user.user_metadata, { locale: "de" });
      assert.equal((await tenant().resetPassword("nobody@old.example", "zz-new")).type, "fcpr");
    });

    it("nobody signs up with an address of the old database, everybody else does, and is asked about once", async () => {
      assert.equal((await tenant().signUp("person3@old.example", "zz-new")).type, "fs");
      assert.equal((await tenant().signUp("TWIN@old.example", "zz-new")).type, "fs");
      assert.equal((await tenant().login("person3@old.example", PASSWORD)).type, "s");
      const { user, type } = await tenant().signUp("new@elsewhere.example", "zz-new");
      assert.equal(type, "ss");
      const first = await on.counting(() => tenant().login("new@elsewhere.example", "zz-new"));
      assert.deepEqual([first.result.type, first.login], ["s", 0]);
      assert.equal(user.app_metadata.drawbridge_migrated_at, "never");
      const second = await on.counting(() => tenant().login("new@elsewhere.example", "zz-new"));
      assert.deepEqual([second.getUser, second.mark], [0, 0]);
    });

    it("a first login that dies before its metadata is written loses none", async () => {
      tenant().diesBefore = "metadata";
      await assert.rejects(tenant().login("person4@old.example", PASSWORD), TenantDied);
      assert.deepEqual(tenant().store.find("person4").app_metadata, {});
      const { result, login, getUser, mark } = await on.counting(() => tenant().login("person4@old.example", PASSWORD));
      assert.deepEqual([login, getUser, mark], [0, 1, 1]);
      assert.deepEqual(withoutMarkers(result.user.app_metadata), { plan: "free" });
      assert.deepEqual(result.user.user_metadata, { locale: "de" });
    });

    for (const see of [true, false]) {
      it(`nor does one that dies between the Actions and the write, where marks wait (later Actions see: ${see})`, async () => {
        const email = see ? "person5@old.example" : "person6@old.example";
        Object.assign(tenant(), { diesBefore: "write", waitForRestore: true, laterActionsSee: see });
        await assert.rejects(tenant().login(email, PASSWORD), TenantDied);
        const second = await on.counting(() => tenant().login(email, PASSWORD));
        assert.deepEqual([second.login, second.getUser, second.mark], [0, 1, 0]);
        const third = await on.counting(() => tenant().login(email, PASSWORD));
        assert.deepEqual([third.login, third.getUser, third.mark], [0, 0, 1]);
        assert.deepEqual(withoutMarkers(third.result.user.app_metadata), { plan: "free" });
        Object.assign(tenant(), { waitForRestore: false, laterActionsSee: true });
      });
    }

    it("no mark hides metadata that could not be fetched", async () => {
      await tenant().resetPassword("person12@old.example", "zz-new");
      on.proxy.fault = async (given) => {
        const { request, response, ask } = given;
        return request.url === "/get_user" ? response.socket.destroy() : reply(response, await ask());
      };
      const first = await on.counting(() => tenant().login("person12@old.example", "zz-new"));
      on.proxy.fault = null;
      assert.deepEqual([first.result.type, first.getUser, first.mark], ["s", 1, 0]);
      tenant().actionCache = [];
      const { user } = await tenant().login("person12@old.example", "zz-new");
      assert.deepEqual(withoutMarkers(user.app_metadata), { plan: "free" });
      assert.ok(user.app_metadata.drawbridge_migrated_at);
    });

    it("a change of e-mail and back makes no second user", async () => {
      const { user } = await tenant().login("person7@old.example", PASSWORD);
      assert.equal((await tenant().changeEmail(user, "person8@old.example")).type, "fce", "somebody else's");
      assert.equal((await tenant().changeEmail(user, "moved@elsewhere.example")).type, "sce");
      const old = await on.counting(() => tenant().login("person7@old.example", PASSWORD));
      assert.deepEqual([old.result.type, old.login, old.users], ["fu", 1, 0], "the marked row is hidden");
      assert.equal((await tenant().login("moved@elsewhere.example", PASSWORD)).type, "s");
      assert.equal((await tenant().changeEmail(user, "person7@old.example")).type, "sce");
      const back = await on.counting(() => tenant().login("person7@old.example", PASSWORD));
      assert.deepEqual([back.result.type, back.login, back.users], ["s", 0, 0]);
    });

    it("who was deleted in Auth0 after the mark does not come back", async () => {
      const { user } = await tenant().login("person9@old.example", PASSWORD);
      assert.equal(tenant().deleteUser(user).type, "sdu");
      const { result, users } = await on.counting(() => tenant().login("person9@old.example", PASSWORD));
      assert.deepEqual([result.type, users], ["fu", 0]);
    });

    it("whoever signs up with the address of a disabled account never gets what was its owner's", async () => {
      // The contract says 404 for the inactive on /get_user, so the address is free; the old roles are not.
      const { type, user } = await tenant().signUp("blaise@old.example", "zz-new");
      assert.equal(type, "ss");
      sql(on.bridge.database, "UPDATE users SET is_active = 1 WHERE username = 'blaise'");
      assert.equal((await tenant().login("blaise@old.example", "zz-new")).type, "s");
      sql(on.bridge.database, "UPDATE users SET is_active = 0 WHERE username = 'blaise'");
      assert.deepEqual([withoutMarkers(user.app_metadata), user.user_metadata], [{}, {}]);
    });

    it("the address that a marked user gave up is free, without its metadata", async () => {
      const { user } = await tenant().login("person13@old.example", PASSWORD);
      assert.equal((await tenant().changeEmail(user, "thirteen@elsewhere.example")).type, "sce");
      const other = await tenant().signUp("person13@old.example", "zz-new");
      assert.equal(other.type, "ss");
      await tenant().login("person13@old.example", "zz-new");
      assert.deepEqual(withoutMarkers(other.user.app_metadata), {});
    });

    it("two tabs, and ten, at once are one user and one mark", async () => {
      const { result, users, tokens } = await on.counting(async () => {
        await tenant().newContainer();
        tenant().actionCache = [];
        return Promise.all(Array.from({ length: 10 }, () => tenant().login("person10@old.example", PASSWORD)));
      });
      assert.deepEqual(
        result.map(({ type }) => type),
        Array(10).fill("s"),
      );
      assert.equal(new Set(result.map(({ user }) => user.user_id)).size, 1);
      assert.equal(new Set(result.map(({ user }) => user.app_metadata.drawbridge_migrated_at)).size, 1);
      assert.equal(users, 1);
      // One of the scripts; the Actions of ten logins that began together cannot know of each other.
      assert.ok(tokens >= 2 && tokens <= 21, `${tokens} token requests`);
    });

    it("too many wrong passwords: a text for the person, and the right one waits, too", async () => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        assert.equal((await tenant().login("person11@old.example", "zz-wrong")).type, "fp");
      }
      for (const password of ["zz-wrong", PASSWORD]) {
        const { type, shown } = await tenant().login("person11@old.example", password);
        assert.equal(type, "f");
        assert.match(shown, /^Too many attempts\. Try again in \d+ (seconds?|minutes?)\. \(request /);
      }
      assert.equal(tenant().store.find("person11@old.example"), undefined);
    });

    it("nobody is told anything, nothing is left behind", () => on.stop());
  });
}
