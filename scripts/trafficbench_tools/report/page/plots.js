"use strict";
// Draws one view of the data as a plotly figure, for the ground (light or dark) and the width at hand.

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const narrow = window.matchMedia("(max-width: 640px)");
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = (key) => (DATA.palette[key] || DATA.palette.ink)[dark.matches ? 1 : 0];
const symbol = (key) => (DATA.palette[key] || DATA.palette.ink)[2];

// A mark: [at, value, low, high, row, flaw, texts, median, below]. A visit of a strip has no row, nor has a node.
const AT = 0, VALUE = 1, LOW = 2, HIGH = 3, ROW = 4, FLAW = 5, TEXTS = 6, MEDIAN = 7, BELOW = 8;

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
function decade(power) {
  if (power >= 0 && power < 4) return String(10 ** power);
  return "10" + String(power).replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);
}

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit++; }
  return `${+count.toPrecision(3)} ${units[unit]}`;
}

// Ticks at whole powers, thinned until they fit; minor ones stay out.
function logTicks(low, high, base, kind, most) {
  if (base === 10 && high / low < 100) {
    // Less than two decades: whole powers alone would leave no number to read.
    const values = [-1, 0, 1, 2].map((more) => 10 ** (Math.floor(Math.log10(low)) + more)).flatMap((power) => [power, 2 * power, 5 * power]);
    const shown = values.filter((value) => value >= low * 0.999 && value <= high * 1.001);
    return { tickmode: "array", tickvals: shown, ticktext: shown.map((value) => format(value, "number")) };
  }
  const first = Math.floor(Math.log(low) / Math.log(base) + 1e-9), last = Math.ceil(Math.log(high) / Math.log(base) - 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const values = [], texts = [];
  for (let power = Math.ceil(first / step) * step; power <= last; power += step) {
    const value = base ** power;
    values.push(value);
    texts.push(kind === "bytes" ? bytes(value) : base === 10 ? decade(power) : value >= 1 ? value.toLocaleString("en") : `1/${1 / value}`);
  }
  return { tickmode: "array", tickvals: values, ticktext: texts };
}

function extent(numbers) {
  const finite = numbers.filter((number) => number !== null && number > 0);
  return [Math.min(...finite), Math.max(...finite)];
}

function axis(spec, numbers, room) {
  const shared = {
    title: { text: spec.title, standoff: 8 }, gridcolor: css("--line"), zerolinecolor: css("--line"), linecolor: css("--soft"),
    showline: true, automargin: true, ticks: "outside", tickcolor: css("--line"), fixedrange: narrow.matches,
  };
  if (spec.scale === "linear" && !spec.zero && spec.kind !== "percent") {
    const known = numbers.filter((number) => number !== null);
    const least = Math.min(...known), most = Math.max(...known), pad = 0.06 * (most - least || Math.abs(most) || 1);
    return { ...shared, range: [least - pad, most + pad] };
  }
  if (spec.scale === "linear") {
    const most = Math.max(1.1, ...numbers.filter((number) => number !== null)) * 1.04;
    return { ...shared, range: [0, most], tickformat: spec.kind === "percent" ? ".0%" : "" };
  }
  const base = spec.scale === "log2" ? 2 : 10;
  let [low, high] = extent(numbers);
  // A little room on both sides; points at the very edge would be cut.
  low /= base ** room; high *= base ** room;
  return { ...shared, type: "log", range: [Math.log10(low), Math.log10(high)], ...logTicks(low, high, base, spec.kind, narrow.matches ? 5 : 9) };
}

function errors(marks, direction) {
  return {
    [direction]: {
      type: "data", symmetric: false, thickness: 1.3, width: 3,
      array: marks.map((mark) => (mark[HIGH] === null ? 0 : mark[HIGH] - mark[VALUE])),
      arrayminus: marks.map((mark) => (mark[LOW] === null ? 0 : mark[VALUE] - mark[LOW])),
    },
  };
}

function hover(mark, axisKind, best) {
  const row = (key) => cell(mark[ROW], key);
  const shown = axisKind === "percent" ? (value) => `${+(100 * value).toPrecision(4)}%` : (value) => format(value, "number");
  const spread = (low, high) => row("origin") !== "measured" ? row("origin").toUpperCase()
    : low === null ? "no interval (fewer than six visits)" : `95% ${shown(low)} .. ${shown(high)} over ${row("interval_over")}`;
  const lines = [row("class") === "io"
    ? `<b>${row("kernel")}</b> ${row("layout")} ${row("operation")}, ${row("sync")}`
    : `<b>${row("kernel")}</b> ${row("ranks")} × ${row("threads")}, ${format(row("cells"), "integer")} cells, ${DATA.counted[row("count")]}`];
  if (mark[MEDIAN]) {
    const [median, low, high] = mark[MEDIAN];
    lines.push(`best ${shown(mark[VALUE])}`, `median ${shown(median)}, ${spread(low, high)}`);
  } else if (mark[TEXTS].length) {
    lines.push(...mark[TEXTS]);
  } else if (best) {
    lines.push(`best ${shown(mark[VALUE])}`);
  } else {
    lines.push(`median ${shown(mark[VALUE])}, ${spread(mark[LOW], mark[HIGH])}`);
  }
  if (row("mcops") !== null && !mark[TEXTS].length) lines.push(`best ${format(row("mcops_best"), "rate")}, median ${format(row("mcops"), "rate")} MCOPs`);
  if (row("visits") !== null) lines.push(`${row("visits")} visits, n = ${row("repetitions")}`);
  if (mark[FLAW]) lines.push(`<b>${mark[FLAW] === "failed" ? "FAILED VERIFICATION" : "measured with warnings"}</b>`);
  return lines.join("<br>");
}

const FLAWS = {
  failed: { name: "failed verification", symbol: "x", size: 12 },
  warned: { name: "measured with warnings", symbol: "square-open", size: 12 },
};

function curveTraces(view) {
  const traces = [];
  for (const curve of view.curves) {
    traces.push({
      name: curve.label, x: curve.points.map((point) => point[0]), y: curve.points.map((point) => point[1]), mode: "lines",
      line: { color: colour(curve.colour), dash: curve.dash, width: 1.5 }, hoverinfo: "skip", showlegend: curve.listed, meta: "curve",
    });
  }
  for (const series of view.series) {
    const shade = colour(series.colour);
    const good = series.marks.filter((mark) => !mark[FLAW]);
    for (const run of series.runs) {
      const marks = run.map((position) => series.marks[position]);
      traces.push({
        x: marks.map((mark) => mark[AT] * series.shift), y: marks.map((mark) => mark[VALUE]), mode: "lines", legendgroup: series.label,
        line: { color: shade, width: 2, dash: series.dash }, hoverinfo: "skip", showlegend: false, meta: "line",
      });
    }
    for (const [flaw, marks] of [["", good], ...Object.keys(FLAWS).map((key) => [key, series.marks.filter((mark) => mark[FLAW] === key)])]) {
      if (!marks.length) continue;
      const again = flaw && traces.some((trace) => trace.legendgroup === flaw);
      traces.push({
        name: flaw ? FLAWS[flaw].name : series.label, legendgroup: flaw || series.label, showlegend: !again, meta: "marks",
        x: marks.map((mark) => mark[AT] * series.shift), y: marks.map((mark) => mark[VALUE]), ...errors(marks, "error_y"), mode: "markers",
        marker: flaw
          ? { color: colour("flaw"), symbol: FLAWS[flaw].symbol, size: FLAWS[flaw].size, line: { width: 2 } }
          : { color: shade, symbol: symbol(series.colour) + { solid: "", dash: "-open", dashdot: "-open-dot" }[series.dash], size: series.loose && series.dash !== "solid" ? 15 : 8, line: { width: series.dash === "solid" ? 0 : 2 } },
        customdata: marks.map((mark) => mark[ROW]), hovertext: marks.map((mark) => hover(mark, view.y.kind, view.y.title.startsWith("best"))), hoverinfo: "text",
      });
    }
  }
  return traces;
}

// A label over a guide at the right edge would be cut off.
function nearEnd(at, range) {
  return (Math.log10(at) - range[0]) / (range[1] - range[0]) > 0.8;
}

// The legend stands below the title of the axis, in columns as wide as its longest words. It gets no more than half of the height.
function legendBelow(traces, width) {
  const words = traces.filter((trace) => trace.showlegend !== false && trace.name);
  const longest = Math.max(0, ...words.map((trace) => 6.6 * trace.name.length + 48));
  const lines = Math.ceil(words.length / Math.max(1, Math.floor((width - 80) / longest)));
  const area = Math.max(narrow.matches ? 240 : 310, 21 * lines), title = 52;
  return {
    height: area + 26 + title + 21 * lines,
    margin: { l: 62, r: 14, t: 26, b: title + 21 * lines },
    legend: { orientation: "h", y: -title / area, yanchor: "top", x: 0, font: { size: 11 }, traceorder: "normal" },
  };
}

function curvePlot(view, width) {
  const marks = view.series.flatMap((series) => series.marks);
  const points = view.curves.flatMap((curve) => curve.points);
  const x = axis(view.x, [...marks.map((mark) => mark[AT]), ...points.map((point) => point[0])], 0.35);
  const y = axis(view.y, [...marks.flatMap((mark) => [mark[VALUE], mark[LOW], mark[HIGH]]), ...points.map((point) => point[1])], view.y.scale === "log2" ? 0.35 : 0.12);
  const guides = view.guides.filter(([at]) => Math.log10(at) >= x.range[0] && Math.log10(at) <= x.range[1]);
  const traces = curveTraces(view);
  return {
    traces,
    layout: {
      xaxis: x, yaxis: y, hovermode: "closest", ...legendBelow(traces, width),
      shapes: guides.map(([at]) => ({ type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, layer: "below", line: { color: css("--soft"), width: 1, dash: "dot" } })),
      annotations: guides.map(([at, label]) => ({ x: Math.log10(at), xanchor: nearEnd(at, x.range) ? "right" : "center", y: 1, yref: "paper", yanchor: "bottom", text: label, showarrow: false, font: { size: 10, color: css("--soft") } })),
    },
  };
}

// Medians on bars, with their intervals: marks that have no `at`.
function diamonds(medians, rest) {
  const { error_x: spread } = errors(medians, "error_x");
  return {
    name: "median, 95% interval", meta: "medians", mode: "markers", x: medians.map((median) => median[VALUE]), error_x: { ...spread, color: css("--ink") },
    hoverinfo: "text", marker: { symbol: "diamond", size: 7, color: css("--card"), line: { color: css("--ink"), width: 1.4 } }, ...rest,
  };
}

// Bars lie one below the other, each with its words above it: long words need no room at the side.
function lanes(view) {
  const found = [];
  let at = 0;
  for (const category of view.categories) {
    const first = found.length;
    for (const series of view.series) {
      for (const mark of series.marks) if (mark[AT] === category) found.push({ category, series, mark, at: at++, leads: found.length === first });
    }
    // Rungs stand a little apart from each other.
    if (view.series.length > 1) at += 0.25;
  }
  return found;
}

// Texts on as many lines as it takes, none of which is wider than the plot if that can be.
function wrapped(parts, most) {
  const lines = [];
  for (const part of parts) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + part.length + 3 <= most) lines[last] += `   ${part}`;
    else lines.push(part);
  }
  return lines;
}

function barPlot(view, width) {
  const all = lanes(view);
  const values = all.flatMap(({ mark }) => [mark[VALUE], ...(mark[MEDIAN] || [])]);
  const x = axis(view.x, values, 0.15);
  if (view.x.scale !== "linear") {
    // Bars on a logarithmic axis begin at the decade below the smallest: their length says nothing, their end does.
    x.range = [Math.floor(Math.min(...values.filter((value) => value > 0).map(Math.log10)) - 0.05), x.range[1]];
    Object.assign(x, logTicks(10 ** x.range[0], 10 ** x.range[1], 10, "number", narrow.matches ? 5 : 9));
  }
  const size = narrow.matches ? 10 : 11;
  const texts = all.map(({ category, series, mark, leads }) => {
    const name = [leads ? category : "", view.series.length > 1 ? series.label : ""].filter(Boolean).join(" ");
    const [head, ...rest] = mark[TEXTS];
    const most = (width - 30) / (0.53 * size);
    // On a phone the diamond shows the median, and a tap tells it.
    const below = narrow.matches ? [] : mark[BELOW];
    const lines = [...wrapped([`${name}: ${head}`, ...rest], most), ...wrapped(below, most)];
    return leads ? [`<b>${category}</b>${lines[0].slice(category.length)}`, ...lines.slice(1)] : lines;
  });
  const lane = 26 + 1.3 * size * Math.max(...texts.map((lines) => lines.length));
  const several = view.series.length > 1;
  const last = all[all.length - 1].at;
  // Bars are as thick whatever the room that the words take.
  const half = 9 / lane;
  const traces = view.series.map((series) => {
    const mine = all.filter((item) => item.series === series);
    return {
      type: "bar", orientation: "h", name: series.label, meta: "marks", y: mine.map((item) => item.at), x: mine.map((item) => item.mark[VALUE]), width: 2 * half - 0.04,
      marker: {
        color: mine.map((item) => (item.mark[FLAW] ? colour("flaw") : colour(series.colour))),
        pattern: { shape: mine.map((item) => (item.mark[FLAW] ? "/" : "")), fillmode: "overlay", fgcolor: css("--card") },
      },
      customdata: mine.map((item) => item.mark[ROW]), hovertext: mine.map((item) => hover(item.mark, view.x.kind)), hoverinfo: "text", showlegend: several,
    };
  });
  // The median lies on the bar of the best, with its interval.
  const beside = all.filter(({ mark }) => mark[MEDIAN]);
  if (beside.length) {
    const medians = beside.map(({ mark }) => [null, ...mark[MEDIAN]]);
    traces.push(diamonds(medians, {
      y: beside.map((item) => item.at), customdata: beside.map(({ mark }) => mark[ROW]), showlegend: several,
      hovertext: beside.map(({ mark }) => hover(mark, view.x.kind)),
    }));
  }
  const annotations = all.map(({ at }, i) => ({
    xref: "paper", x: 0, xanchor: "left", y: at - half, yanchor: "bottom", align: "left", showarrow: false, font: { size }, text: texts[i].join("<br>"),
  }));
  const lines = view.curves.map((curve) => ({ type: "line", x0: curve.points[0][0], x1: curve.points[0][0], yref: "paper", y0: 0, y1: 1, line: { color: css("--soft"), dash: "dot", width: 1.5 } }));
  return {
    traces,
    layout: {
      xaxis: x, yaxis: { range: [last + 0.4, -0.9], showticklabels: false, showgrid: false, zeroline: false, fixedrange: true },
      height: (last + 1) * lane + (several ? 130 : 100), bargap: 0, barmode: "overlay", annotations, shapes: lines,
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, traceorder: "normal" },
    },
  };
}

function stackPlot(view) {
  const names = view.categories;
  const percent = view.x.kind === "percent";
  const share = (value) => (percent ? `${+(100 * value).toPrecision(3)}%` : `${format(value, "number")} s`);
  const lane = narrow.matches ? 46 : 40;
  const traces = view.series.map((series) => ({
    type: "bar", orientation: "h", name: series.label, meta: "marks", width: 0.45,
    x: series.marks.map((mark) => mark[VALUE]), y: series.marks.map((mark) => names.indexOf(mark[AT])),
    marker: { color: colour(series.colour), line: { color: css("--card"), width: 1 } }, customdata: series.marks.map((mark) => mark[ROW]),
    hovertext: series.marks.map((mark) => `<b>${series.label}</b> ${share(mark[VALUE])}<br>${mark[AT]}`), hoverinfo: "text",
  }));
  // The median of the whole bar, with its interval.
  const beside = view.series[0].marks.filter((mark) => mark[MEDIAN]);
  const medians = beside.map((mark) => [null, ...mark[MEDIAN]]);
  if (beside.length) {
    traces.push(diamonds(medians, {
      y: beside.map((mark) => names.indexOf(mark[AT])), customdata: beside.map((mark) => mark[ROW]),
      hovertext: beside.map((mark) => [`<b>${mark[AT]}</b>`, ...mark[TEXTS]].join("<br>")),
    }));
  }
  const annotations = names.map((name, i) => {
    const mark = view.series[0].marks.find((candidate) => candidate[AT] === name);
    return { xref: "paper", x: 0, xanchor: "left", y: i - 0.25, yanchor: "bottom", align: "left", showarrow: false, font: { size: 12 }, text: [`<b>${name}</b>`, ...mark[TEXTS]].join("   ") };
  });
  const x = axis(view.x, [1], 0);
  const whole = names.map((name) => view.series.reduce((sum, series) => sum + series.marks.find((mark) => mark[AT] === name)[VALUE], 0));
  x.range = [0, percent ? 1.0001 : 1.04 * Math.max(...whole, ...medians.flat())];
  return {
    traces,
    layout: {
      xaxis: x, yaxis: { range: [names.length - 0.5, -0.85], showticklabels: false, showgrid: false, zeroline: false, fixedrange: true },
      height: names.length * lane + 150, barmode: "stack", bargap: 0, annotations,
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, traceorder: "normal" },
    },
  };
}

// Axes one below the other, along the time of one launch; every point is a visit.
function stripPlot(view, width) {
  const name = (lane) => (lane ? `y${lane + 1}` : "y");
  const share = 1 / view.lanes.length, gap = 0.035;
  const seen = new Set();
  const traces = view.series.map((series) => {
    const shade = colour(series.colour), first = !seen.has(series.label);
    seen.add(series.label);
    return {
      name: series.label, legendgroup: series.label, showlegend: first, meta: "visits", yaxis: name(series.lane), mode: "lines+markers",
      x: series.marks.map((mark) => mark[AT]), y: series.marks.map((mark) => mark[VALUE]), ...errors(series.marks, "error_y"),
      line: { color: shade, width: 1 }, marker: { color: shade, symbol: symbol(series.colour), size: 5 },
      hovertext: series.marks.map((mark) => mark[TEXTS].join("<br>")), hoverinfo: "text",
    };
  });
  for (const trace of traces) Object.assign(trace.error_y, { thickness: 0.8, width: 0 });
  const axes = Object.fromEntries(view.lanes.map((spec, lane) => {
    const numbers = view.series.filter((series) => series.lane === lane).flatMap((series) => series.marks.flatMap((mark) => [mark[VALUE], mark[LOW], mark[HIGH]])).filter((number) => number !== null);
    const most = Math.max(...numbers), least = spec.zero ? 0 : Math.min(...numbers);
    const pad = 0.08 * (most - least || Math.abs(most) || 1);
    return [name(lane).replace("y", "yaxis"), {
      domain: [1 - (lane + 1) * share + gap, 1 - lane * share - gap], range: [spec.zero ? 0 : least - pad, most + pad], tickformat: spec.kind === "percent" ? ".0%" : "", nticks: 4,
      title: { text: spec.title.replace("\n", "<br>"), standoff: 6, font: { size: 10 } }, gridcolor: css("--line"), zeroline: false, linecolor: css("--soft"), showline: true, automargin: true, fixedrange: narrow.matches,
    }];
  }));
  const bottom = name(view.lanes.length - 1);
  return {
    traces,
    layout: {
      xaxis: { title: { text: view.x.title, standoff: 8 }, anchor: bottom, gridcolor: css("--line"), linecolor: css("--soft"), showline: true, zeroline: false, fixedrange: narrow.matches },
      ...axes, ...legendBelow(traces, width), height: 110 * view.lanes.length + 110, hovermode: "closest",
      legend: { orientation: "h", y: -46 / (110 * view.lanes.length), yanchor: "top", x: 0, font: { size: 11 } },
    },
  };
}

// One mark a line, each beside its name; an empty line between two series.
function dotPlot(view, width) {
  const most = narrow.matches ? 14 : 30;
  const names = view.categories.map((name) => (name.length > most ? `${name.slice(0, most - 1)}…` : name));
  const lines = view.series.flatMap((series, number) => series.marks.map(() => number)).map((number, i) => i + number);
  const at = lines[lines.length - 1] + 1;
  let drawn = 0;
  const traces = view.series.map((series) => ({
    name: series.label, meta: "marks", mode: "markers", x: series.marks.map((mark) => mark[VALUE]), y: series.marks.map(() => lines[drawn++]), ...errors(series.marks, "error_x"),
    marker: { color: colour(series.colour), symbol: symbol(series.colour), size: 7 }, hovertext: series.marks.map((mark) => mark[TEXTS].join("<br>")), hoverinfo: "text",
  }));
  for (const curve of view.curves) {
    const x = curve.points[0][0];
    traces.push({ name: curve.label, meta: "curve", mode: "lines", x: [x, x], y: [-0.6, at - 0.4], line: { color: colour(curve.colour), dash: curve.dash, width: 1.5 }, hoverinfo: "skip" });
  }
  const numbers = [...view.series.flatMap((series) => series.marks.flatMap((mark) => [mark[VALUE], mark[LOW], mark[HIGH]])).filter((number) => number !== null), ...view.curves.map((curve) => curve.points[0][0])];
  const least = Math.min(...numbers), greatest = Math.max(...numbers), pad = 0.06 * (greatest - least);
  const below = legendBelow(traces, width), area = 20 * at + 10;
  return {
    traces,
    layout: {
      xaxis: { ...axis(view.x, numbers, 0), range: [least - pad, greatest + pad], nticks: narrow.matches ? 4 : 9 },
      yaxis: { title: { text: view.y.title, standoff: 8 }, range: [at - 0.4, -0.6], tickmode: "array", tickvals: lines, ticktext: names, tickfont: { size: 10 }, gridcolor: css("--line"), zeroline: false, automargin: true, fixedrange: true },
      hovermode: "closest", ...below, height: area + below.margin.t + below.margin.b, legend: { ...below.legend, y: -52 / area },
    },
  };
}

function draw(element, view) {
  // What was drawn wider would hold its place wide.
  if (element.layout && element.layout.width !== element.clientWidth) Plotly.purge(element);
  const { traces, layout } = { curve: curvePlot, bars: barPlot, stack: stackPlot, strip: stripPlot, dots: dotPlot }[view.kind](view, element.clientWidth);
  const ink = css("--ink");
  const config = {
    responsive: false, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    // Without a pointer that hovers the bar would lie over the words for good.
    displayModeBar: !narrow.matches && window.matchMedia("(hover: hover)").matches ? "hover" : false, toImageButtonOptions: { format: "svg", filename: "trafficbench" },
  };
  return Plotly.react(element, traces, {
    width: element.clientWidth,
    margin: { l: 12, r: 14, t: 12, b: 48 }, ...layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: ink },
    dragmode: narrow.matches ? false : "zoom",
    hoverlabel: { bgcolor: css("--card"), bordercolor: css("--soft"), font: { color: ink } },
  }, config);
}
