// Shows what /status and /status/history say. Whatever comes from there is set as text, never as markup.
"use strict";
(() => {
  const POLL = 5000, PATIENCE = 8000, HISTORY = 15000;
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const fill = (node, name, value) => (value === true ? node.setAttribute(name, "") : node.setAttribute(name, value));
  const make = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes ?? {})) if (value !== null && value !== false) fill(node, name, value);
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return node;
  };
  const h = (tag, attributes, ...children) => make(document.createElement(tag), attributes, children);
  const s = (tag, attributes, ...children) => make(document.createElementNS(SVG, tag), attributes, children);
  const say = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const put = (node, ...children) => node.replaceChildren(...children.flat(Infinity));

  // Numbers and times as the words of the page are: English, in the viewer's own time zone.
  const whole = new Intl.NumberFormat("en-GB");
  const n = (number) => whole.format(number);
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const exact = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const moment = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const utc = (seconds) => new Date(seconds * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC");
  const at = (seconds, format) => h("time", { datetime: new Date(seconds * 1000).toISOString(), title: utc(seconds) }, format.format(seconds * 1000));
  const near = (seconds, now) => at(seconds, now - seconds < 43200 && seconds - now < 43200 ? clock : moment);
  const bytes = (count) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    while (count >= 1024 && unit < 4) { count /= 1024; unit += 1; }
    return `${count >= 100 || Number.isInteger(count) ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
  };
  const took = (seconds) => {
    if (seconds === null) return "–";
    if (seconds >= 5) return "over 5 s";
    if (seconds >= 1) return `${seconds.toFixed(2)} s`;
    return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  };
  const percent = (share) => (share > 0 && share < 0.001 ? "under 0.1 %" : `${(share * 100).toFixed(1)} %`);
  // `code` between backticks.
  const prose = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", null, part) : part));

  const MARKS = { ok: "✓", off: "–", warn: "▲", bad: "✕" };
  const STATES = { ok: "well", off: "not in use", warn: "worth a look", bad: "not well" };
  const TITLES = {
    well: ["All is well", "✓"], attention: ["Worth a look", "▲"], trouble: ["Not well", "✕"], ending: ["Shutting down", "–"],
  };
  const NAMES = { database: "Database", ledger: "Ledger", keys: "Signing keys", shutdown: "Shutdown", certificate: "Certificate", configuration: "Configuration" };
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

  // Minutes into bins of `size` minutes that begin at round times of the clock.
  function binned(past, size) {
    const step = size * 60, last = past.from + (past.accepted.length - 1) * past.step;
    const end = Math.floor(last / step) * step, first = end - 86400 + step, bins = [];
    for (let from = first; from <= end; from += step) {
      bins.push({ from, to: from + step, accepted: 0, refused: 0, failed: 0, marked: 0, p95: 0, state: 0, minutes: 0 });
    }
    past.accepted.forEach((accepted, index) => {
      const bin = bins[Math.floor((past.from + index * past.step - first) / step)];
      if (!bin) return;
      bin.accepted += accepted;
      bin.refused += past.refused[index];
      bin.failed += past.failed[index];
      bin.marked += past.marked[index];
      bin.p95 = Math.max(bin.p95, past.login_p95[index]);
      bin.state = Math.max(bin.state, past.state[index]);
      bin.minutes += 1;
    });
    return bins;
  }

  function round(most) {
    const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
    return Math.max([1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((top) => top >= most) ?? most, 4);
  }

  function troubles(past) {
    const spans = [];
    past.state.forEach((state, index) => {
      if (state !== 2) return;
      const from = past.from + index * past.step, last = spans.at(-1);
      if (last && last.to === from) last.to = from + past.step;
      else spans.push({ from, to: from + past.step });
    });
    return spans;
  }

  function night(past, bins, width) {
    const each = width / bins.length, spans = troubles(past), seen = Math.max(past.from, bins[0].from);
    put($("night"), bins.map((bin, index) => {
      const [name, height] = [["unknown", 3], ["well", 10], ["trouble", 24]][bin.state];
      return s("rect", { class: name, x: index * each, y: 24 - height, width: Math.max(each - 1.5, 1), height, rx: 1.5 });
    }));
    $("night").setAttribute("viewBox", `0 0 ${width} 24`);
    const minutes = (span) => Math.round((span.to - span.from) / 60);
    const told = spans.slice(-3).map((span) => [near(span.from, past.now), ` for ${minutes(span)} min`]);
    put($("night-text"), spans.length === 0 ? "Well all the time since " : `Trouble ${spans.length === 1 ? "once" : `${n(spans.length)} times`} since `,
      near(seen, past.now), spans.length === 0 ? "." : ": ", told.flatMap((words, index) => (index ? [", ", ...words] : words)), spans.length > 3 ? " (the last three)." : spans.length ? "." : "");
  }

  function chart(past, width) {
    const narrow = width < 560, bins = binned(past, narrow ? 30 : 15), height = 200, left = 44, bottom = 176, top = 8;
    const sum = (name) => bins.reduce((total, bin) => total + bin[name], 0);
    const most = round(Math.max(...bins.map((bin) => bin.accepted + bin.refused + bin.failed)));
    const each = (width - left) / bins.length, up = (count) => (count / most) * (bottom - top);
    const parts = [s("defs", null, s("pattern", { id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      s("rect", { class: "hatch-back", width: 5, height: 5 }), s("path", { class: "hatch-line", d: "M0 0V5" })))];
    for (const share of [0, 0.5, 1]) {
      const y = bottom - share * (bottom - top);
      parts.push(s("path", { class: share ? "axis" : "axis zero", d: `M${left} ${y}H${width}` }),
        s("text", { class: "tick", x: left - 8, y: y + 4, "text-anchor": "end" }, new Intl.NumberFormat("en-GB", { notation: "compact" }).format(most * share)));
    }
    bins.forEach((bin, index) => {
      const x = left + index * each, thick = Math.max(each - 1.5, 1), local = new Date(bin.from * 1000);
      const minutes = local.getHours() * 60 + local.getMinutes();
      if (minutes === 0) parts.push(s("path", { class: "axis midnight", d: `M${x} ${top}V${bottom}` }));
      if (minutes % (narrow ? 360 : 180) === 0 && x < width - 34) parts.push(s("text", { class: "tick", x, y: height - 6 }, clock.format(local)));
      if (bin.minutes === 0) parts.push(s("rect", { class: "unseen", x, y: bottom - 3, width: thick, height: 3 }));
      let y = bottom;
      for (const name of ["accepted", "refused", "failed"]) {
        if (bin[name] === 0) continue;
        const tall = Math.max(up(bin[name]), name === "failed" ? 4 : 1);
        y -= tall;
        parts.push(s("rect", { class: name, x, y, width: thick, height: tall }));
      }
      // A mark below the axis: what failed is seen without its colour, too.
      if (bin.failed > 0) parts.push(s("path", { class: "failed", d: `M${x + thick / 2 - 4} ${bottom + 9}h8l-4-7z` }));
      const told = `${clock.format(bin.from * 1000)} to ${clock.format(bin.to * 1000)}: ${n(bin.accepted)} accepted, ${n(bin.refused)} refused, ${n(bin.failed)} failed${bin.p95 ? `, p95 up to ${took(bin.p95 / 1e6)}` : ""}`;
      const hover = s("rect", { class: "bin", x, y: top, width: each, height: bottom - top });
      hover.addEventListener("pointerenter", () => say($("readout"), told));
      hover.addEventListener("pointerleave", () => say($("readout"), ""));
      parts.push(hover);
    });
    $("chart").setAttribute("viewBox", `0 0 ${width} ${height}`);
    put($("chart"), parts);
    const key = (name) => s("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, s("rect", { class: name, width: 14, height: 14, rx: 3 }));
    put($("legend"), [["accepted", "accepted"], ["refused", "refused: a wrong password, nobody of that name"], ["failed", "failed: an outage, or a row to mend"]]
      .map(([name, words]) => h("li", null, key(name), h("span", null, h("b", null, n(sum(name))), words))));
    const busiest = bins.reduce((best, bin) => (bin.accepted + bin.refused > best.accepted + best.refused ? bin : best));
    const busy = busiest.accepted + busiest.refused > 0
      ? [" Most between ", near(busiest.from, past.now), " and ", at(busiest.to, clock), `: ${n(busiest.accepted + busiest.refused)}.`] : [];
    put($("chart-text"), `Each bar is ${narrow ? 30 : 15} minutes of this process, which listens since `, near(past.since, past.now), ".", busy);
    return bins;
  }

  function spark(bins, width) {
    const most = Math.max(...bins.map((bin) => bin.p95)), each = width / bins.length;
    const runs = [];
    bins.forEach((bin, index) => {
      if (bin.p95 === 0) return;
      const point = [(index + 0.5) * each, 44 - (bin.p95 / most) * 40];
      const run = runs.at(-1);
      if (run && run.last === index - 1) { run.points.push(point); run.last = index; } else runs.push({ points: [point], last: index });
    });
    $("spark").setAttribute("viewBox", `0 0 ${width} 48`);
    put($("spark"), s("path", { class: "axis", d: `M0 46H${width}` }), runs.map(({ points }) =>
      s("path", { class: "line", d: points.length === 1 ? `M${points[0][0] - 3} ${points[0][1]}h6` : `M${points.map((point) => point.join(" ")).join("L")}` })));
    say($("spark-text"), most ? `p95 of logins over 24 hours; the worst minute was ${took(most / 1e6)}` : "No logins in the last 24 hours.");
  }

  function table(past) {
    const hours = binned(past, 60).filter((bin) => bin.minutes > 0).reverse();
    put($("hours").tBodies[0], hours.map((bin) => h("tr", null, h("th", { scope: "row" }, near(bin.from, past.now)),
      [bin.accepted, bin.refused, bin.failed, bin.marked].map((count) => h("td", null, n(count))), h("td", null, bin.p95 ? took(bin.p95 / 1e6) : "–"))));
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
})();
