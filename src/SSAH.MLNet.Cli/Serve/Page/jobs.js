// Long work of the service: begun, watched, stopped.
import { api } from "./api.js";
import { el, seconds, count, counted, notice } from "./dom.js";

const pause = 700;

// Shows the job in a place; calls `done` with its result each time that it is drawn in its last state.
export function watch(place, name, done) {
  let timer = null, ended = false;
  refresh();
  return { refresh, stop: () => { ended = true; clearTimeout(timer); } };

  async function refresh() {
    clearTimeout(timer);
    let job;
    try {
      job = await api.job(name);
    } catch (error) {
      place.replaceChildren(notice(error.message, "error"));
      return;
    }
    if (ended) return;
    draw(job);
    if (job.state === "Running") timer = setTimeout(refresh, pause);
    else done(job);
  }

  function draw(job) {
    if (job.state === "Running") {
      const bar = job.total > 0 ? el("progress", { max: job.total, value: job.done, "aria-label": "Progress" }) : el("progress", { "aria-label": "Progress" });
      place.replaceChildren(el("div", { class: "card job" }, bar,
        el("p", {}, job.step ?? "starting", job.total > 0 ? `: ${count(job.done)} of ${job.unit ? `${count(job.total)} ${job.unit}` : counted(job.total, "image")}` : "", el("span", { class: "soft" }, ` (${seconds(job.seconds)})`)),
        el("button", { type: "button", onclick: () => api.stopJob(name).then(refresh) }, "Stop")));
    } else if (job.state === "Failed") place.replaceChildren(notice(job.error, "error"));
    else if (job.state === "Canceled") place.replaceChildren(notice("Stopped; nothing was changed."));
    else place.replaceChildren();
  }
}
