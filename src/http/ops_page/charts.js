// The pictures of the last 24 hours, drawn as SVG, each with its words.

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
