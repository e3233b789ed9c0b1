"use strict";
// Opens a page in headless Chromium, does what a reader would do, and prints what is to be seen, as JSON.
//
//   node look.js STEPS        a JSON file, a list of
//     {"open": {"page": "a.html", "width": 1400, "height": 900, "scheme": "light"}}    a fresh window
//     {"plots": true}                                                what every plot holds and shows, all unfolded
//     {"filter": "tiled"}  {"choose": ["count", "every"]}  {"sort": "mcops"}  {"row": 0}  {"more": true}  {"clear": true}
//     {"view": [panel, view]}                                        another view of a plot
//     {"scheme": "dark"}  {"width": 390}                             the window changes
//     {"screenshot": "file.png"}
//
// One result a step; after each step on the table, what the table shows. Console errors and requests to any network come last.

const fs = require("fs");
const { chromium } = require("playwright-core");

const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const READY = "document.body.dataset.ready === 'true'";

// Runs in the page.
function lookAtPlots() {
  return [...document.querySelectorAll("figure.frame")].map((figure) => {
    const plot = figure.querySelector(".plot");
    const box = plot.getBoundingClientRect();
    const visible = (selector) => [...plot.querySelectorAll(selector)].filter((mark) => { const r = mark.getBoundingClientRect(); return r.width + r.height > 0; }).length;
    return {
      section: figure.closest("section").id,
      title: figure.querySelector("h3").lastChild.textContent,
      count: (figure.querySelector(".count") || { dataset: { count: null } }).dataset.count,
      room: plot.parentElement.clientWidth,
      drawn: plot.layout.width,
      caption: figure.querySelector("figcaption").textContent,
      views: figure.querySelectorAll("select option").length,
      width: box.width,
      height: box.height,
      points: visible(".scatterlayer .point, .scatterlayer .points path"),
      bars: visible(".barlayer .point path"),
      lines: visible(".scatterlayer .js-line"),
      ink: plot.layout.font.color,
      texts: [...plot.querySelectorAll(".annotation-text")].map((text) => text.textContent),
      traces: plot.data.map((trace) => ({
        name: trace.name, meta: trace.meta, type: trace.type || "scatter", mode: trace.mode, x: trace.x, y: trace.y, rows: trace.customdata,
        high: (trace.error_y || trace.error_x || {}).array, low: (trace.error_y || trace.error_x || {}).arrayminus, symbol: (trace.marker || {}).symbol,
      })),
    };
  });
}

function lookAtTable() {
  const heads = [...document.querySelectorAll("#table th")];
  return {
    // What is to be seen without moving the table sideways.
    visible: heads.filter((th) => { const box = th.getBoundingClientRect(); return box.width && box.right <= document.querySelector(".table").getBoundingClientRect().right + 1; }).map((th) => th.dataset.key),
    keys: heads.map((th) => th.dataset.key),
    sorted: heads.filter((th) => th.hasAttribute("aria-sort")).map((th) => [th.dataset.key, th.getAttribute("aria-sort")]),
    rows: [...document.querySelectorAll("#table tbody tr.row")].map((tr) => ({ row: Number(tr.dataset.row), cells: [...tr.cells].map((td) => td.textContent) })),
    opened: [...document.querySelectorAll("#table td.opened")].map((td) => td.innerText),
    shown: document.getElementById("shown").textContent,
    more: !document.getElementById("more").hidden,
  };
}

function lookAtPage() {
  const style = getComputedStyle(document.body);
  return {
    width: innerWidth,
    scroll: document.documentElement.scrollWidth,
    ground: style.backgroundColor,
    ink: style.color,
    text: document.body.innerText,
    // With what is folded.
    all: document.querySelector("main").textContent,
    frames: [...document.querySelectorAll("section:has(.frames)")].map((section) => [...section.querySelectorAll(".frame")].filter((frame) => frame.getClientRects().length).length),
    sections: [...document.querySelectorAll("main section")].map((section) => section.id),
    // Where the first answer ends, and how tall all is.
    answer: document.querySelector(".card .big") && document.querySelector(".card .big").getBoundingClientRect().bottom + scrollY,
    height: document.documentElement.scrollHeight,
    rules: [...document.querySelectorAll(".rules li .verdict")].map((verdict) => verdict.textContent),
  };
}

async function main() {
  const steps = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
  const browser = await chromium.launch({ executablePath: process.env.TRAFFICBENCH_CHROMIUM || "/usr/bin/chromium", args: ARGUMENTS });
  const complaints = [], requests = [], results = [];
  let page, size;
  const settle = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const actions = {
    open: async (value) => {
      size = value;
      const context = await browser.newContext({ viewport: { width: value.width, height: value.height }, colorScheme: value.scheme, offline: true });
      page = await context.newPage();
      page.on("console", (message) => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url()); });
      await page.goto(`file://${fs.realpathSync(value.page)}`);
      await page.waitForFunction(READY, null, { timeout: 60000 });
      return page.evaluate(lookAtPage);
    },
    plots: async () => {
      await page.evaluate(() => document.querySelectorAll("button.unfold:not([hidden])").forEach((button) => button.click()));
      await page.waitForFunction(READY, null, { timeout: 60000 });
      return page.evaluate(lookAtPlots);
    },
    filter: async (value) => { await page.fill("#words", value); return page.evaluate(lookAtTable); },
    choose: async ([key, value]) => { await page.selectOption(`#choice-${key}`, value); return page.evaluate(lookAtTable); },
    sort: async (value) => { await page.click(`#table th[data-key="${value}"]`); return page.evaluate(lookAtTable); },
    row: async (value) => { await page.click(`#table tbody tr.row >> nth=${value}`); return page.evaluate(lookAtTable); },
    chip: async (value) => { await page.click(`.chip[data-status="${value}"]`); return page.evaluate(lookAtTable); },
    more: async () => { await page.click("#more"); return page.evaluate(lookAtTable); },
    clear: async () => { await page.click("#clear"); return page.evaluate(lookAtTable); },
    view: async ([panel, view]) => {
      await page.selectOption(`figure.frame >> nth=${panel} >> select`, String(view));
      await settle();
      return page.evaluate(lookAtPlots);
    },
    scheme: async (value) => { await page.emulateMedia({ colorScheme: value }); await settle(); return page.evaluate(lookAtPage); },
    width: async (value) => {
      await page.setViewportSize({ ...size, width: value });
      // Plots follow a changed window after a moment; if they never do, what is seen says so.
      await page.waitForFunction(READY, null, { timeout: 60000 });
      await page.waitForFunction("document.documentElement.scrollWidth <= innerWidth", null, { timeout: 10000 }).catch(() => {});
      return page.evaluate(lookAtPage);
    },
    screenshot: async (value) => { await page.screenshot({ path: value, fullPage: true }); return value; },
  };
  try {
    for (const step of steps) {
      const [name, value] = Object.entries(step)[0];
      results.push(await actions[name](value));
    }
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify({ results, complaints, requests }));
}

main().catch((error) => { console.error(error); process.exit(1); });
