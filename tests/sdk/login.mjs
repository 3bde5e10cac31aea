// Walks a whole sign-in at the practice broker with Upstox's official JavaScript client.
//
// The address of the broker comes in PRACTICE_URL. Ends with 0 if everything was as the client expects it from Upstox.

import assert from "node:assert/strict";
import upstox from "upstox-js-sdk";

const base = process.env.PRACTICE_URL.replace(/\/$/, "");
const clientId = "sdk-javascript";
const redirectUri = "http://localhost:5001/callback";

/** Presses "Approve" on the dialog page and follows no redirect; gives the code. */
async function approve(user) {
  const dialog = new URL(`${base}/v2/login/authorization/dialog`);
  dialog.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    state: "from-javascript",
  });
  const form = new URLSearchParams({ user, approve: "yes" });
  const answer = await fetch(dialog, { method: "POST", body: form, redirect: "manual" });
  assert.equal(answer.status, 302);
  const back = new URL(answer.headers.get("location"));
  assert.equal(back.origin + back.pathname, redirectUri);
  assert.equal(back.searchParams.get("state"), "from-javascript");
  return back.searchParams.get("code");
}

/** The client's callback style, as a promise. */
const ask = (call) =>
  new Promise((resolve, reject) => call((error, data) => (error ? reject(error) : resolve(data))));

/** The call must end with this status and this code. */
async function refused(call, status, code) {
  const error = await ask(call).then(
    () => assert.fail(`${code} was expected, and nothing was refused`),
    (error) => error,
  );
  assert.equal(error.status, status);
  assert.equal(JSON.parse(error.response.text).errors[0].error_code, code);
}

const client = upstox.ApiClient.instance;
client.basePath = client.orderBasePath = base;
const login = new upstox.LoginApi();
const users = new upstox.UserApi();
const market = new upstox.MarketHolidaysAndTimingsApi();

const code = await approve("CD5678");
const form = { code, clientId, clientSecret: "secret", redirectUri, grantType: "authorization_code" };
const reply = await ask((done) => login.token("2.0", form, done));
assert.equal(reply.userId, "CD5678");
assert.equal(reply.accessToken.split(".").length, 3);
await refused((done) => login.token("2.0", form, done), 400, "UDAPI100057");

client.authentications["OAUTH2"].accessToken = reply.accessToken;
const profile = await ask((done) => users.getProfile("2.0", done));
assert.equal(profile.status, "success");
assert.equal(profile.data.userId, "CD5678");

const holidays = await ask((done) => market.getHolidays(done));
assert.ok(holidays.data.some((h) => h.holidayType === "TRADING_HOLIDAY" && h.closedExchanges.length === 0));
assert.ok(holidays.data.some((h) => h.holidayType === "SPECIAL_TIMING"));
const timings = await ask((done) => market.getExchangeTimings("2026-11-17", done));
assert.ok(timings.data.some((t) => t.exchange === "NSE" && t.startTime < t.endTime));
const status = await ask((done) => market.getMarketStatus("NSE", done));
assert.match(status.data.status, /^NORMAL_(OPEN|CLOSE)$/);

assert.equal((await ask((done) => login.logout("2.0", done))).data, true);
await refused((done) => users.getProfile("2.0", done), 401, "UDAPI100050");
console.log("the official JavaScript client agrees");
