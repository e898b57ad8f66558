// Learning from the labels, and what that brought over no training.
import { api } from "./api.js";
import { el, notice, counted, seconds } from "./dom.js";
import { watch } from "./jobs.js";

export async function trainView(main) {
  const labeling = await api.labeling(0, []);
  const place = el("div", { "aria-live": "polite" });
  const result = el("div");
  const start = el("button", { type: "button", class: "primary", disabled: labeling.labels.length < 2, onclick: begin }, "Train");
  const problem = el("div");
  main.append(el("h1", {}, "Train"),
    el("p", { class: "lead" }, "Learns codes from the labels and from the images without one, and encodes the collection anew. A fifth of the labels is held out at first, to measure what that brings."),
    el("div", { class: "card" },
      labeling.labels.length === 0 ? notice("No image has a label yet.") : el("dl", { class: "facts" },
        labeling.labels.map(each => el("div", {}, el("dt", {}, each.label), el("dd", {}, counted(each.images, "image"))))),
      advice(labeling), el("p", {}, start), problem),
    place, result);
  const watching = watch(place, "training", job => {
    start.disabled = labeling.labels.length < 2;
    if (job.state === "Done") result.replaceChildren(...outcome(job));
  });
  return watching.stop;

  async function begin() {
    problem.replaceChildren();
    result.replaceChildren();
    start.disabled = true;
    try {
      await api.startJob("training");
      await watching.refresh();
    } catch (error) {
      start.disabled = false;
      problem.replaceChildren(...error.message.split("\n").map(line => notice(line, "error")));
    }
  }
}

function advice(labeling) {
  const few = labeling.labels.filter(each => each.images < 5).map(each => each.label);
  return labeling.labels.length < 2 ? notice("Training tells at least two labels apart. Give some under Label.")
    : few.length > 0 ? notice(`Fewer than five images have the label ${few.slice(0, 5).join(", ")}${few.length > 5 ? ", ..." : ""}. Training works, but a few more teach much.`)
    : null;
}

function outcome(job) {
  const training = job.result.training;
  const parts = [el("h2", {}, "What it brought")];
  if (training.verdict) {
    const best = Math.max(...training.rankings.map(each => each.meanAveragePrecision));
    parts.push(el("div", { class: "scroll" }, el("table", {},
      el("caption", {}, `Measured on ${counted(training.heldOut, "labeled image")} that were held out: their nearest images among the other labeled ones.`),
      el("thead", {}, el("tr", {}, el("th", {}, ""), el("th", { scope: "col", class: "number" }, "mAP"), el("th", { scope: "col", class: "number" }, "precision@10"), el("th", {}, ""))),
      el("tbody", {}, training.rankings.map(each => el("tr", { class: each.meanAveragePrecision === best ? "best" : "" },
        el("th", { scope: "row" }, each.name), el("td", { class: "number" }, each.meanAveragePrecision.toFixed(3)), el("td", { class: "number" }, each.precision.toFixed(3)),
        el("td", {}, el("progress", { max: 1, value: each.meanAveragePrecision, "aria-hidden": "true" }))))))),
      el("p", { class: "verdict" }, training.verdict));
  } else parts.push(notice("There were too few labels to hold some out, so that nothing was measured."));
  parts.push(notice(`${counted(job.result.encoded, "image")} encoded by the new model, ${job.result.bits} bits, in ${seconds(job.seconds)}. Searches use it from now on.`));
  for (const warning of training.warnings ?? []) parts.push(notice(String(warning.message ?? warning)));
  return parts;
}
