"use strict";
// Puts the page together: the table at once, then the plots, again whenever the ground or the width changes.

// What the plot is, and what nobody may overlook; the rest is folded.
function caption(figcaption, notes) {
  const first = notes.findIndex((note) => !/^[A-Z]{3}/.test(note));
  const more = element("details");
  more.append(element("summary", "more about this plot"));
  figcaption.replaceChildren();
  notes.forEach((note, i) => {
    const mark = /^(NOT MEASURED|NOT DRAWN|NOT OF A DISK|PARTLY FROM MEMORY|MARKED)(.*)$/s.exec(note);
    const place = i === first || (mark && mark[1] !== "NOT DRAWN") ? figcaption : more;
    if (mark) place.append(element("b", mark[1]), `${mark[2]} `);
    else place.append(`${note} `);
  });
  if (more.childNodes.length > 1) figcaption.append(more);
}

// A long section shows a few plots, and on demand all.
const FEW = { wide: 4, narrow: 1 };
const fewest = () => (narrow.matches ? FEW.narrow : FEW.wide);

function fold(section) {
  const frames = [...section.querySelectorAll(".frame")], button = section.querySelector("button.unfold");
  frames.forEach((frame, i) => { frame.hidden = !section.dataset.unfolded && i >= fewest(); });
  const folded = frames.filter((frame) => frame.hidden).length;
  button.hidden = !folded;
  button.textContent = `show ${folded} more ${folded === 1 ? "plot" : "plots"}`;
}

// Nobody is told that the page is ready before all that can be seen is drawn.
let drawing = 0;
async function busy(work) {
  drawing++;
  document.body.dataset.ready = "false";
  try {
    await work();
  } finally {
    if (!--drawing) document.body.dataset.ready = "true";
  }
}

function frame(panel) {
  const figure = document.createElement("figure");
  figure.className = "frame";
  const heading = element("h3", panel.title);
  if (panel.count) {
    const count = element("span", DATA.counted[panel.count], "count");
    count.dataset.count = panel.count;
    heading.prepend(count);
  }
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
  return () => (figure.hidden ? undefined : redraw());
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
  const all = () => busy(() => Promise.all(frames.map((redraw) => redraw())));
  const sections = [...document.querySelectorAll(".frames")].map((list) => list.closest("section"));
  for (const section of sections) {
    const button = element("button", undefined, "unfold");
    button.type = "button";
    button.addEventListener("click", () => { section.dataset.unfolded = "true"; fold(section); all(); });
    section.append(button);
    fold(section);
  }
  await all();
  dark.addEventListener("change", all);
  // Heights hang on the width: words wrap, legends need more lines. So plots are drawn anew, not stretched.
  let waiting, width = innerWidth;
  window.addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    document.body.dataset.ready = "false";
    if (!waiting) drawing++;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      waiting = 0;
      drawing--;
      sections.forEach(fold);
      all();
    }, 120);
  });
  // On paper nobody can ask for more.
  window.addEventListener("beforeprint", () => {
    for (const section of sections) {
      section.dataset.unfolded = "true";
      fold(section);
    }
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
    all();
  });
}

buildTable();
const copy = document.getElementById("copy");
if (copy) {
  copy.addEventListener("click", async () => {
    const paragraphs = [...document.querySelectorAll("#methods blockquote p")];
    await navigator.clipboard.writeText(paragraphs.map((paragraph) => paragraph.textContent).join("\n\n"));
    copy.textContent = "copied";
  });
}
busy(plots);
