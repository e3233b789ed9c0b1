"use strict";
// Puts the page together: the table at once, then the plots, again whenever the ground or the width changes.

function caption(element, notes) {
  element.replaceChildren();
  for (const note of notes) {
    const mark = /^(NOT MEASURED|NOT DRAWN|NOT OF A DISK|PARTLY FROM MEMORY|MARKED)(.*)$/s.exec(note);
    if (mark) element.append(Object.assign(document.createElement("b"), { textContent: mark[1] }), `${mark[2]} `);
    else element.append(`${note} `);
  }
}

function frame(panel) {
  const figure = document.createElement("figure");
  figure.className = "frame";
  const heading = element("h3", panel.title);
  if (panel.count) heading.prepend(Object.assign(element("span", panel.count, "count"), { title: "contract: which moves are counted" }));
  const plot = element("div", undefined, "plot");
  const words = element("figcaption");
  let shown = panel.views[0];
  const redraw = () => {
    caption(words, shown.notes);
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", `${panel.title}, ${shown.label}. ${shown.notes.join(" ")}`);
    return draw(plot, shown);
  };
  figure.append(heading);
  if (panel.views.length > 1) {
    const select = element("select");
    select.setAttribute("aria-label", `View of: ${[panel.title, panel.count].filter(Boolean).join(", ")}`);
    panel.views.forEach((view, i) => select.append(new Option(view.label, i)));
    select.addEventListener("change", () => { shown = panel.views[select.value]; redraw(); });
    figure.append(select);
  }
  figure.append(plot, words);
  document.querySelector(`#${panel.section} .frames`).append(figure);
  return redraw;
}

async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function plots() {
  if (!DATA.panels.length) return;
  if (!("DecompressionStream" in window)) {
    const note = element("p", "This browser is too old to unpack the plots: use one of 2023 or later. The table and the text are complete.", "banner bad");
    document.querySelector("main").prepend(note);
    return;
  }
  const script = document.createElement("script");
  script.textContent = await unpack(document.getElementById("plotly").textContent);
  document.head.append(script);
  const frames = DATA.panels.map(frame);
  const all = () => Promise.all(frames.map((redraw) => redraw()));
  await all();
  dark.addEventListener("change", all);
  narrow.addEventListener("change", () => all().then(() => window.dispatchEvent(new Event("resize"))));
}

buildTable();
const copy = document.getElementById("copy");
if (copy) {
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector("#methods blockquote").innerText);
    copy.textContent = "copied";
  });
}
plots().then(() => { document.body.dataset.ready = "true"; });
