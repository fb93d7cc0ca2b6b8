// Turns each <figure data-chart> into an SVG drawing. The numbers come with the page, and the table beneath the
// drawing holds them all, so the drawing is hidden from readers of the page's words.

const colours = () => {
  const style = getComputedStyle(document.documentElement);
  const take = (name) => style.getPropertyValue(name).trim();
  // light-dark() is only resolved in a real colour property, so a probe element does the resolving.
  const probe = document.createElement("span");
  document.body.append(probe);
  const resolve = (name) => {
    probe.style.color = take(name);
    return getComputedStyle(probe).color;
  };
  const found = {
    series: ["--sw-series-1", "--sw-series-2", "--sw-series-3", "--sw-series-4", "--sw-series-5"].map(resolve),
    ink: resolve("--sw-ink"), quiet: resolve("--sw-quiet"), rule: resolve("--sw-rule"),
    surface: resolve("--sw-surface"),
    font: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return found;
};

const dashes = ["solid", [6, 3], [2, 2], [8, 3, 2, 3], "solid"];
const write = (value) => (value === null || value === undefined ? "—" : value.toLocaleString("en-US"));

function series(data, paint, still) {
  return data.series.map((one, order) => {
    const colour = paint.series[order % paint.series.length];
    const drawn = {
      type: one.kind, name: one.name, data: one.values, animation: !still, color: colour,
      ...(one.kind === "bar"
        ? { barMaxWidth: 22, itemStyle: { opacity: 0.55, borderRadius: [2, 2, 0, 0] } }
        : {
          symbol: "circle", symbolSize: 5, showSymbol: one.values.length <= 15, connectNulls: false,
          lineStyle: { width: 2, type: dashes[order % dashes.length] },
        }),
    };
    if (order === 0 && data.marks.length) {
      drawn.markLine = {
        symbol: "none", silent: true, lineStyle: { color: paint.quiet, type: [4, 3], width: 1 },
        label: { position: "end", rotate: 0, color: paint.quiet, fontFamily: paint.font, fontSize: 12 },
        data: data.marks.map((mark) => ({ xAxis: mark.at, label: { formatter: mark.text } })),
      };
    }
    return drawn;
  });
}

function option(data, paint, still) {
  const text = { color: paint.quiet, fontFamily: paint.font, fontSize: 12 };
  const many = data.series.length > 1;
  return {
    animation: !still,
    textStyle: { fontFamily: paint.font },
    grid: { left: 4, right: 12, top: (many ? 34 : 14) + (data.marks.length ? 16 : 0), bottom: 4, containLabel: true },
    legend: many
      ? { top: 0, left: 0, itemWidth: 22, itemHeight: 10, textStyle: { ...text, color: paint.ink } }
      : undefined,
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: paint.surface, borderColor: paint.rule,
      textStyle: { ...text, color: paint.ink }, axisPointer: { lineStyle: { color: paint.quiet } },
      valueFormatter: (value) => write(value),
    },
    xAxis: {
      type: "category", data: data.labels, axisLine: { lineStyle: { color: paint.rule } }, axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true },
    },
    yAxis: {
      type: "value", splitLine: { lineStyle: { color: paint.rule } },
      axisLabel: { ...text, formatter: (value) => write(value) },
    },
    series: series(data, paint, still),
  };
}

async function start() {
  const figures = [...document.querySelectorAll("figure[data-chart]:not([data-drawn])")];
  if (!figures.length) return;
  for (const figure of figures) figure.dataset.drawn = "";
  const { init } = await import(new URL(figures[0].dataset.engine, location.href));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = figures.map((figure) => {
    const canvas = figure.querySelector("[data-chart-canvas]");
    const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const chart = init(canvas, null, { renderer: "svg" });
    chart.setOption(option(data, colours(), still));
    new ResizeObserver(() => chart.resize()).observe(canvas);
    return { chart, data };
  });
  const repaint = () => {
    for (const { chart, data } of drawn) chart.setOption(option(data, colours(), true), true);
  };
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

start();
document.addEventListener("htmx:afterSwap", start);
