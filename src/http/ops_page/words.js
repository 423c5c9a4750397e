// Elements, numbers and times. Whatever comes from the bridge is set as text, never as markup.
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
