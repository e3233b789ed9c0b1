"use strict";
// The table of every row: filter by words and by choice, sort by any column, open a row.

const COLUMN = Object.fromEntries([...DATA.columns.map((column) => column.key), ...DATA.details].map((key, i) => [key, i]));
const cell = (row, key) => DATA.rows[row][COLUMN[key]];
const PAGE = 100;
// What a phone has room for. Ranks and threads stand below the kernel there.
const PHONE = ["kernel", "cells", "mcops_best", "mcops"];
// Where rows have no rate in MCOPs, a phone shows that of files in its place.
const OF_FILES = { mcops_best: "megabytes_per_second_best", mcops: "megabytes_per_second" };
const CHOICES = ["kernel", "count", "mode", "status", "report"];

const table = { sorted: null, descending: false, shown: PAGE, rows: [], open: new Set() };

function format(value, kind) {
  if (value === null || value === undefined) return "";
  if (kind === "word") return String(value);
  if (kind === "percent") return `${(100 * value).toFixed(1)}%`;
  if (kind === "integer") return value.toLocaleString("en");
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e15)) return value.toExponential(3);
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(+value.toPrecision(4));
}

function matches(row) {
  const words = document.getElementById("words").value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => table.texts[row].includes(word))) return false;
  return CHOICES.every((key) => {
    const select = document.getElementById(`choice-${key}`);
    return !select || select.value === "" || String(cell(row, key)) === select.value;
  });
}

// Rows without a value come last, whichever way the others are sorted.
function compare(a, b) {
  const x = cell(a, table.sorted), y = cell(b, table.sorted);
  const without = (value) => value === null || value === undefined;
  if (without(x) || without(y)) return without(x) - without(y) || a - b;
  const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
  return (table.descending ? -order : order) || a - b;
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Every repetition as a dot, the visits from left to right and time upward. One path: there may be thousands.
function strip(visits) {
  const times = visits.map(([, , steps, seconds]) => seconds.map((value) => value / steps));
  const [low, high] = times.flat().reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const wide = Math.max(120, Math.min(640, 24 * visits.length)), tall = 64, edge = 6;
  const x = (visit) => edge + ((visit + 0.5) / visits.length) * (wide - 2 * edge);
  const y = (value) => (high > low ? tall - edge - ((value - low) / (high - low)) * (tall - 2 * edge) : tall / 2);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const dots = document.createElementNS(svg.namespaceURI, "path");
  const attributes = {
    class: "strip", width: wide, height: tall, role: "img",
    "aria-label": `seconds per iteration of each repetition, visits from left to right: ${low.toPrecision(4)} to ${high.toPrecision(4)}`,
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  dots.setAttribute("d", times.map((values, visit) => values.map((value) => `M${x(visit).toFixed(1)} ${y(value).toFixed(1)}h0`).join("")).join(""));
  dots.setAttribute("class", "dots");
  svg.append(dots);
  return svg;
}

function repetitions(visits) {
  const list = element("ol", undefined, "visits");
  for (const [launch, visit, steps, seconds] of visits) {
    list.append(element("li", `launch ${launch}, visit ${visit}, ${steps.toLocaleString("en")} iterations each, seconds: ${seconds.map((value) => +value.toPrecision(5)).join(", ")}`));
  }
  return list;
}

function detail(row, key) {
  const value = cell(row, key);
  if (value === null || value === undefined || (Array.isArray(value) && !value.length)) return null;
  const dd = element("dd");
  if (key === "samples") {
    dd.append("Time of an iteration in each repetition, the longest at the top; visits from left to right:", strip(value), repetitions(value));
  } else if (key === "base" || key === "ladder_base") {
    dd.append(element("code", cell(value, "name")));
  } else if (key === "shares") {
    dd.textContent = Object.entries(value).map(([part, share]) => `${part} ${(100 * share).toFixed(1)}%`).join(", ");
  } else {
    dd.textContent = Array.isArray(value) ? value.join(", ") : typeof value === "number" ? format(value, "number") : String(value);
  }
  return dd;
}

function opened(row) {
  const tr = element("tr"), td = element("td", undefined, "opened"), list = element("dl");
  td.colSpan = DATA.columns.length;
  for (const key of ["name", ...DATA.details]) {
    const dd = detail(row, key);
    if (dd) list.append(element("dt", key), dd);
  }
  td.append(list);
  tr.append(td);
  return tr;
}

function show() {
  const body = document.querySelector("#table tbody");
  const part = document.createDocumentFragment();
  for (const row of table.rows.slice(0, table.shown)) {
    const tr = element("tr", undefined, "row");
    tr.dataset.row = row;
    if (cell(row, "origin") !== "measured" || cell(row, "class") !== "update") tr.classList.add("apart-row");
    for (const column of DATA.columns) {
      const td = element("td", format(cell(row, column.key), column.kind), column.kind === "word" ? "word" : "");
      if (PHONE.includes(column.key)) td.classList.add("phone");
      if (column.key in OF_FILES && cell(row, OF_FILES[column.key]) !== null) td.append(element("span", `${format(cell(row, OF_FILES[column.key]), "rate")} MB/s`, "on-phone"));
      if (column.key === "kernel") td.append(element("span", `${cell(row, "ranks")} × ${cell(row, "threads")}`, "on-phone"));
      if (column.key === "status") td.classList.add("status", cell(row, "status"));
      tr.append(td);
    }
    part.append(tr);
    if (table.open.has(row)) part.append(opened(row));
  }
  body.replaceChildren(part);
  const all = DATA.rows.length;
  document.getElementById("shown").textContent = `${table.rows.length.toLocaleString("en")} of ${all.toLocaleString("en")} rows`;
  const more = document.getElementById("more");
  more.hidden = table.rows.length <= table.shown;
  more.textContent = `show more (${(table.rows.length - table.shown).toLocaleString("en")} below)`;
  for (const th of document.querySelectorAll("#table th")) {
    if (th.dataset.key === table.sorted) th.setAttribute("aria-sort", table.descending ? "descending" : "ascending");
    else th.removeAttribute("aria-sort");
  }
}

function refresh() {
  table.rows = [...DATA.rows.keys()].filter(matches);
  if (table.sorted) table.rows.sort(compare);
  else table.rows.sort((a, b) => (cell(a, "origin") !== "measured") - (cell(b, "origin") !== "measured") || a - b);
  table.shown = PAGE;
  show();
}

function sortBy(key) {
  const numeric = DATA.columns[COLUMN[key]].kind !== "word";
  // Numbers begin with the largest, words with A; the same heading again turns it round.
  table.descending = table.sorted === key ? !table.descending : numeric;
  table.sorted = key;
  refresh();
}

function buildTable() {
  table.texts = DATA.rows.map((row) => DATA.columns.map((column, i) => (row[i] === null ? "" : row[i])).join(" ").toLowerCase());
  const head = element("tr");
  for (const column of DATA.columns) {
    const th = element("th", column.title, column.kind === "word" ? "word" : "");
    th.dataset.key = column.key;
    if (PHONE.includes(column.key)) th.classList.add("phone");
    th.title = column.about;
    th.tabIndex = 0;
    th.addEventListener("click", () => sortBy(column.key));
    th.addEventListener("keydown", (event) => { if (event.key === "Enter") sortBy(column.key); });
    head.append(th);
  }
  document.querySelector("#table thead").append(head);
  for (const key of CHOICES) {
    const levels = [...new Set(DATA.rows.keys())].map((row) => cell(row, key));
    const distinct = [...new Set(levels)];
    if (distinct.length < 2) continue;
    const label = element("label", `${key} `), select = element("select");
    select.id = `choice-${key}`;
    select.append(new Option("all", ""), ...distinct.map((level) => new Option(level, level)));
    select.addEventListener("change", refresh);
    label.append(select);
    document.getElementById("choices").append(label);
  }
  document.getElementById("words").addEventListener("input", refresh);
  document.getElementById("clear").addEventListener("click", () => {
    document.getElementById("words").value = "";
    for (const select of document.querySelectorAll("#choices select")) select.value = "";
    refresh();
  });
  document.getElementById("more").addEventListener("click", () => { table.shown += PAGE; show(); });
  document.querySelector("#table tbody").addEventListener("click", (event) => {
    const tr = event.target.closest("tr.row");
    if (!tr) return;
    const row = Number(tr.dataset.row);
    if (!table.open.delete(row)) table.open.add(row);
    show();
  });
  // The counts at the top lead to the rows they count.
  for (const chip of document.querySelectorAll(".chip[data-status]")) {
    chip.addEventListener("click", () => {
      const select = document.getElementById("choice-status");
      if (select) select.value = chip.dataset.status;
      refresh();
    });
  }
  refresh();
}
