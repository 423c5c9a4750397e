// Shows what /status says, section by section, and goes on asking.
const POLL = 5000, PATIENCE = 8000, HISTORY = 15000;

const MARKS = { ok: "✓", off: "–", warn: "▲", bad: "✕" };
const STATES = { ok: "well", off: "not in use", warn: "worth a look", bad: "not well" };
const TITLES = {
  well: ["All is well", "✓"], attention: ["Worth a look", "▲"], trouble: ["Not well", "✕"], ending: ["Shutting down", "–"],
};
const NAMES = { database: "Database", ledger: "Ledger", keys: "Signing keys", shutdown: "Shutdown", certificate: "Certificate", configuration: "Configuration", confinement: "Confinement" };
const OUTCOMES = {
  ok: "accepted", wrong_password: "wrong password", user_not_found: "nobody of that name, or crossed already",
  too_many_attempts: "too many attempts", account_disabled: "account disabled", no_password: "account without a password",
  password_unverifiable: "stored hash cannot be verified", user_unmappable: "row breaks a rule of the profile",
  ambiguous_user: "several rows for one name", overloaded: "too many logins at once", database_unavailable: "database did not answer",
};
const plain = (word) => word.replaceAll("_", " ");
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

function verdict(status) {
  const { level, worries } = status.verdict;
  const [title, mark] = TITLES[level] ?? [level, "?"];
  $("verdict").dataset.level = level;
  say($("verdict-title"), title);
  document.title = `${mark} ${title} – Drawbridge`;
  const lines = {
    well: "Every dependency answers, and so does the bridge.", attention: "The bridge answers.",
    trouble: "Something that the bridge needs is missing.", ending: "Accepted requests finish, new ones are refused.",
  };
  say($("verdict-line"), lines[level] ?? "");
  put($("worries"), worries.map(({ what, hint }) => h("li", null, h("b", null, what), h("p", null, prose(hint)))));
  put($("health"), status.health.filter((part) => part.name !== "shutdown" || part.state !== "ok").map((part) =>
    h("li", { class: part.state, title: STATES[part.state] ?? part.state },
      h("span", { class: "mark", role: "img", "aria-label": STATES[part.state] ?? part.state }, MARKS[part.state] ?? "?"),
      h("span", null, h("b", null, NAMES[part.name] ?? capital(plain(part.name))), " ", part.word, part.at ? " " : "",
        part.at ? (part.name === "certificate" ? at(part.at, day) : near(part.at, status.now)) : ""))));
}

function figure(name, value, more, key) {
  return h("div", null, h("dt", null, key ? h("span", { class: `key ${key}`, "aria-hidden": "true" }) : null, name),
    h("dd", null, value, more ? h("small", null, more) : null));
}

function migration(status) {
  const m = status.migration;
  const [by, bulk] = $("crossed-bar").children;
  $("crossed-bar").hidden = !m || !m.total;
  put($("migration-note"));
  put($("migration-figures"));
  if (!m) {
    const words = status.mode === "proxy"
      ? "Users stay in the legacy database: the mode is proxy, and nobody crosses."
      : "The users are not counted yet.";
    return put($("crossing"), h("p", null, words));
  }
  put($("migration-note"), "of all replicas, counted ", near(m.counted_at, status.now));
  const share = m.total ? Math.min(m.migrated / m.total, 1) : 0;
  // Rounded down: a hundred per cent is said when nobody remains.
  const crossed = m.remaining === 0 ? "100" : (Math.floor(share * 1000) / 10).toFixed(1);
  put($("crossing"), m.total === null
    ? [h("strong", null, n(m.migrated)), h("p", null, "have crossed. Your own SELECT gives no way to count who remains.")]
    : [h("strong", null, `${crossed} %`), h("p", null, `${n(m.migrated)} of ${n(m.total)} users have crossed`)]);
  by.style.width = m.total ? `${(m.by_login / m.total) * 100}%` : "0";
  bulk.style.width = m.total ? `${(m.in_bulk / m.total) * 100}%` : "0";
  const perDay = m.last_week / 7;
  const pace = perDay >= 10 || perDay === 0 ? n(Math.round(perDay)) : perDay.toFixed(1);
  let end = ["unknown", "nobody crossed in the last 7 days"];
  if (m.remaining === null) end = ["unknown", "nobody knows how many remain"];
  else if (m.remaining === 0) end = ["done", "the bridge can be raised"];
  else if (m.projected_end) end = [at(m.projected_end, day), m.last_week === m.migrated ? "an early guess: the first week" : "at the pace of the last 7 days"];
  else if (m.last_week > 0) end = ["not at this pace", "more than a century away"];
  put($("migration-figures"),
    figure("By login", n(m.by_login), null, "by-login"), figure("In bulk", n(m.in_bulk), null, "in-bulk"),
    m.remaining === null ? [] : figure("Remaining", n(m.remaining)),
    figure("Last 24 hours", n(m.last_day), `${n(status.marked)} by this process since its start`),
    figure("Last 7 days", n(m.last_week), `${pace} a day`), figure("Done around", ...end));
}

function problems(status) {
  if (status.problems.length === 0) return put($("problem-list"), h("li", { class: "none" }, "None."));
  put($("problem-list"), status.problems.map((problem) => {
    const error = problem.level === "error";
    return h("li", { class: error ? "error" : "warning" },
      h("span", { class: "mark", role: "img", "aria-label": error ? "error" : "warning" }, error ? "✕" : "▲"),
      h("div", null, h("p", { class: "what" }, prose(capital(problem.message))),
        problem.detail ? h("p", { class: "quiet" }, prose(problem.detail)) : null,
        h("p", { class: "quiet" }, problem.count === 1 ? "once, " : `${n(problem.count)} times, last `, near(problem.last, status.now),
          problem.count === 1 ? "" : ", first ", problem.count === 1 ? "" : near(problem.first, status.now)),
        h("p", { class: "hint" }, h("b", null, "What to do: "), prose(problem.hint))));
  }));
}

function bar(share, full) {
  const inner = h("i");
  inner.style.width = `${Math.min(share, 1) * 100}%`;
  return h("span", { class: `bar${full ? " full" : ""}${share > 0 ? "" : " zero"}`, "aria-hidden": "true" }, inner);
}

function ranking(target, counts, name) {
  const sorted = Object.entries(counts).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  const sum = sorted.reduce((total, [, count]) => total + count, 0);
  const shown = sorted.slice(0, 8);
  const rest = sorted.slice(8).reduce((total, [, count]) => total + count, 0);
  if (rest > 0) shown.push([null, rest]);
  if (sum === 0) return put(target, h("dt", { class: "quiet" }, "None yet."), h("dd"));
  put(target, shown.map(([word, count]) => [
    h("dt", null, h("span", null, word === null ? "others" : name(word)), h("b", null, `${n(count)} · ${percent(count / sum)}`)),
    h("dd", null, bar(count / sum))]));
}

function details(status) {
  say($("latency-note"), `the last ${Math.round(status.window / 60)} minutes; deadline ${status.deadline} s`);
  put($("latency").tBodies[0], status.latency.map((row) => h("tr", null, h("th", { scope: "row" }, row.route),
    h("td", null, took(row.p50)), h("td", null, took(row.p95)), h("td", null, took(row.p99)), h("td", null, n(row.count)))));
  const { queue, pool } = status;
  const meter = (name, value, share, more) => [h("dt", null, name, h("b", null, value)),
    h("dd", null, bar(share, share >= 0.8), more ? h("small", null, more) : null)];
  const wait = (seconds) => (seconds === null ? "nothing waited lately" : `19 of 20 waited less than ${took(seconds)}`);
  put($("meters"),
    meter("Verification queue", `${n(queue.waiting)} of ${n(queue.places)}`, queue.waiting / queue.places, `${n(queue.threads)} threads; ${wait(queue.wait_p95)}`),
    meter("Memory for verification", `${bytes(queue.memory)} of ${bytes(queue.memory_limit)}`, queue.memory / queue.memory_limit),
    meter("Database connections in use", `${n(pool.busy)} of ${n(pool.size)}`, pool.busy / pool.size, `${n(pool.idle)} idle; ${wait(pool.wait_p95)}`));
  ranking($("outcomes"), status.logins.outcomes, (word) => OUTCOMES[word] ?? plain(word));
  ranking($("schemes"), status.logins.schemes, (word) => word);
  for (const node of document.querySelectorAll(".since")) put(node, "since ", near(status.since, status.now));
  say($("host"), status.host);
  put($("about"), `Version ${status.version}, process ${status.process} on ${status.host}, listening since `, at(status.since, moment),
    `. Requests that were not let in since then: ${n(status.turned_away)}.`);
}

let past = null, drawn = 0;
function draw() {
  if (!past) return;
  drawn = $("chart").clientWidth;
  const bins = chart(past, Math.max(drawn, 240));
  night(past, bins, Math.max($("night").clientWidth, 240));
  spark(bins, Math.max($("spark").clientWidth, 240));
  table(past);
}
new ResizeObserver(() => { if ($("chart").clientWidth !== drawn) draw(); }).observe($("chart"));

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

let heard = null, process = null, fetched = 0, timer = null;
function silent() {
  if ($("live-text").textContent === "no answer") return;
  document.body.dataset.stale = "";
  $("stale").hidden = false;
  say($("live-text"), "no answer");
  put($("stale"), heard === null ? "The bridge does not answer. "
    : ["The bridge has not answered since ", at(heard, exact), ": what stands below is from then. "], "This page goes on asking.");
  // What was well then may not be well now.
  $("verdict").dataset.level = "unknown";
  say($("verdict-title"), "No answer");
  say($("verdict-line"), "Is the process running, and is this listener reachable?");
  document.title = "✕ No answer – Drawbridge";
}

async function poll() {
  clearTimeout(timer);
  try {
    const status = await ask("/status");
    const restarted = process !== `${status.since} ${status.process}`;
    const news = restarted || Date.now() - fetched > HISTORY ? await ask("/status/history") : null;
    heard = Date.now() / 1000;
    // Outside of this `try`: a fault of the page is no silence of the bridge.
    queueMicrotask(() => show(status, news));
  } catch {
    silent();
  } finally {
    if (!document.hidden) timer = setTimeout(poll, POLL);
  }
}

function show(status, news) {
  delete document.body.dataset.stale;
  $("stale").hidden = true;
  verdict(status);
  migration(status);
  problems(status);
  details(status);
  if (news) {
    past = { ...news, now: status.now };
    process = `${status.since} ${status.process}`;
    fetched = Date.now();
    draw();
  }
  put($("live-text"), "live, ", at(heard, exact));
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
poll();
