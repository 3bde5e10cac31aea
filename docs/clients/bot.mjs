// A bot that takes its token from Daypass, and goes on with the next one in the middle of its work.
//
// Needs upstox-js-sdk and Node 20. DAYPASS_KEY comes from `daypass keys make NAME`; DAYPASS_URL is http://127.0.0.1:8000
// if unset.

import { setTimeout as sleep } from "node:timers/promises";
import upstox from "upstox-js-sdk";

async function problem(answer) {
  const { title, detail } = await answer.json();
  return new Error(`${title} ${detail}`);
}

/** The token of one account. `current` is always the newest one. */
class Daypass {
  account = "upstox";
  url = process.env.DAYPASS_URL ?? "http://127.0.0.1:8000";
  headers = { authorization: `Bearer ${process.env.DAYPASS_KEY}`, "content-type": "application/json" };

  async start() {
    this.current = await this.wait(0);
    this.#follow();
    return this;
  }

  /** The token, as soon as there is one after that generation. */
  async wait(newerThan) {
    const query = new URLSearchParams({ account: this.account, generation: newerThan, limit: "60s" });
    for (;;) {
      // Without an answer Daypass restarts. 504: not yet. 429: asked too often. 503: Daypass ends.
      const answer = await fetch(`${this.url}/api/token/wait?${query}`, { headers: this.headers }).catch(() => null);
      if (answer?.ok) return answer.json();
      if (answer && ![429, 503, 504].includes(answer.status)) throw await problem(answer);
      await sleep(1000);
    }
  }

  /**
   * The broker has refused this token: Daypass asks it once, however many bots say so. Returns with a newer one, or with the
   * same where the broker takes it after all.
   */
  async refused({ generation }) {
    const { account } = this;
    await this.#try("report-invalid", { method: "POST", body: JSON.stringify({ account, generation }) });
    for (;;) {
      const newer = await this.#try(`wait?${new URLSearchParams({ account, generation, limit: "10s" })}`);
      const held = newer ?? (await this.#try(`?${new URLSearchParams({ account })}`));
      if (held) {
        this.current = held;
        return;
      }
      await sleep(1000);
    }
  }

  /** The answer, or null where there is none now. */
  async #try(path, more = {}) {
    const place = `${this.url}/api/token${path.startsWith("?") ? "" : "/"}${path}`;
    const answer = await fetch(place, { headers: this.headers, ...more }).catch(() => null);
    // A key that opens nothing is no reason to wait.
    if ([401, 403].includes(answer?.status)) throw await problem(answer);
    return answer?.status === 200 ? answer.json() : null;
  }

  /** Takes each new token when it is told of, also after a restart of Daypass. */
  async #follow() {
    for (;;) {
      try {
        const query = new URLSearchParams({ account: this.account, after: this.current.generation });
        const events = await fetch(`${this.url}/api/token/watch?${query}`, { headers: this.headers });
        if (!events.ok) throw await problem(events);
        let rest = "";
        for await (const text of events.body.pipeThrough(new TextDecoderStream())) {
          const lines = (rest + text).split("\n");
          rest = lines.pop();
          if (lines.includes("event: generation")) this.current = await this.wait(this.current.generation);
        }
      } catch (error) {
        // A line that was cut is taken up again below.
        if (!(error instanceof TypeError)) console.error(error.message);
      }
      await sleep(1000);
    }
  }
}

const daypass = await new Daypass().start();
const client = upstox.ApiClient.instance;
client.basePath = process.env.UPSTOX_BASE_URL ?? client.basePath;
const users = new upstox.UserApi();
const profile = () =>
  new Promise((done, failed) => users.getProfile("2.0", (error, answer) => (error ? failed(error) : done(answer))));

for (;;) {
  const token = daypass.current;
  client.authentications.OAUTH2.accessToken = token.access_token;
  try {
    const answer = await profile();
    console.log(`token ${token.generation}: ${answer.data.userId}`);
    await sleep(200); // Your work goes here.
  } catch (error) {
    if (error.status !== 401) throw error;
    console.log(`token ${token.generation} was refused`);
    await daypass.refused(token);
  }
}
