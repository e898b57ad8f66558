// Labels for the images that would teach most, one key a class. Each label is saved at once; what it brought is shown at once.
import { api } from "./api.js";
import { el, say, notice, count, counted, percent, fileName } from "./dom.js";

// Keys of classes: digits, then letters that have no other meaning here (n, s and u have one).
const keys = [..."1234567890qwertyadfghjklzxcvb"];
const batch = 8;

// These stay while the page is open: a key keeps its class, and the figures their history.
const classes = [];
const changes = [];
const history = [];
let several = false;

export async function labelView(main) {
  const state = { queue: [], current: null, labels: [], figures: null, busy: false };
  const parts = { figures: el("div", { class: "figures" }), stage: el("div", { class: "stage" }), classes: el("div", { class: "classes", role: "group", "aria-label": "Classes" }),
    next: el("ul", { class: "strip", "aria-label": "Next images" }), problem: el("div") };
  const input = el("input", { id: "new-class", maxlength: 200, autocomplete: "off", placeholder: "new class" });
  const form = el("form", { class: "row" }, el("label", { for: "new-class", class: "visually-hidden" }, "New class"), input, el("button", {}, "Add"), el("kbd", { "aria-hidden": "true" }, "n"));
  const more = el("input", { type: "checkbox", id: "several", onchange: () => { several = more.checked; draw(); } });
  more.checked = several;
  main.append(el("h1", {}, "Label"), parts.figures, parts.problem,
    el("div", { class: "labeling" }, el("div", {}, parts.stage, parts.next),
      el("div", { class: "card panel" }, parts.classes, form,
        el("p", { class: "row" }, more, el("label", { for: "several" }, "several labels an image"), el("span", { class: "soft push", id: "goes-on" }, "Enter goes on")),
        el("div", { class: "row" },
          el("button", { type: "button", id: "skip", "aria-keyshortcuts": "s", onclick: skip }, "Skip ", el("kbd", {}, "s")),
          el("button", { type: "button", id: "undo", "aria-keyshortcuts": "u", onclick: undo }, "Undo ", el("kbd", {}, "u"))))));
  form.addEventListener("submit", event => {
    event.preventDefault();
    const label = input.value.trim();
    input.value = "";
    input.blur();
    if (!label) return;
    know(label);
    give(label);
  });
  addEventListener("keydown", onKey);
  await refresh();
  return () => removeEventListener("keydown", onKey);

  function know(label) { if (!classes.includes(label)) classes.push(label); }

  // Chosen anew after each label: what is known by now is asked no more.
  async function refresh() {
    const labeling = await api.labeling(batch);
    labeling.labels.forEach(each => know(each.label));
    state.figures = labeling;
    if (history.at(-1)?.labeled !== labeling.labeled) history.push({ labeled: labeling.labeled, agreement: labeling.agreement ?? 0, coverage: labeling.coverage });
    const shown = state.current?.image.id;
    const again = labeling.proposals.find(each => each.image.id === shown);
    if (again) state.current = again;
    state.queue = labeling.proposals.filter(each => each.image.id !== shown);
    if (state.current) draw();
    else advance();
  }

  function advance() {
    state.current = state.queue.shift() ?? null;
    state.labels = state.current ? [...state.current.image.labels] : [];
    const next = state.queue[0];
    if (next) new Image().src = large(next.image);
    draw();
  }

  async function save(labels) {
    if (!state.current || state.busy) return false;
    state.busy = true;
    try {
      const changed = await api.setLabels(state.current.image.id, labels);
      changes.push({ change: changed.change, proposal: state.current });
      state.labels = changed.image.labels;
      parts.problem.replaceChildren();
      return true;
    } catch (error) {
      parts.problem.replaceChildren(notice(error.message, "error"));
      return false;
    } finally {
      state.busy = false;
    }
  }

  async function give(label) {
    const has = state.labels.includes(label);
    if (!await save(several ? (has ? state.labels.filter(each => each !== label) : [...state.labels, label]) : [label])) return;
    say(several && has ? `${label} taken away` : `Labeled ${label}`);
    if (!several) advance();
    await refresh();
  }

  async function skip() {
    if (!state.current) return;
    const id = state.current.image.id;
    state.current = null;
    try {
      if (state.labels.length === 0) await api.skip(id);
    } catch (error) {
      parts.problem.replaceChildren(notice(error.message, "error"));
    }
    if (state.queue.length > 0) advance();
    else await refresh();
  }

  async function proposeSkipped() {
    await api.proposeSkipped();
    await refresh();
  }

  async function undo() {
    if (state.busy || state.figures.undoable === 0) { say("There is nothing to undo."); return; }
    // What was labeled before the page was opened comes after what was labeled on it.
    const last = changes.pop();
    try {
      const undone = await api.undo(last?.change);
      state.current = last?.proposal ?? { image: undone.image, guess: null, share: 0 };
      state.labels = undone.image.labels;
      say("Undone.");
    } catch (error) {
      parts.problem.replaceChildren(notice(error.message, "error"));
    }
    await refresh();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const pressed = event.key.toLowerCase(), place = keys.indexOf(pressed);
    if (place >= 0 && place < classes.length) give(classes[place]);
    else if (pressed === "n") input.focus();
    else if (pressed === "s") skip();
    else if (pressed === "u") undo();
    else if (pressed === "enter" && !event.target.closest("button, a, input")) {
      if (several) skip();
      else if (state.current?.guess) give(state.current.guess);
    } else return;
    event.preventDefault();
  }

  function draw() {
    drawFigures();
    drawStage();
    parts.classes.replaceChildren(...classes.map((label, i) => el("button", { type: "button", class: "class", "aria-pressed": state.labels.includes(label) ? "true" : "false",
      "aria-keyshortcuts": keys[i], disabled: !state.current, onclick: () => give(label) },
      el("kbd", {}, keys[i] ?? ""), el("span", {}, label), el("span", { class: "soft number" }, count(state.figures.labels.find(each => each.label === label)?.images ?? 0)))));
    if (classes.length === 0) parts.classes.append(notice("There is no class yet: name the first one below."));
    parts.next.replaceChildren(...state.queue.map(each => el("li", {}, el("img", { src: each.image.thumbnail, alt: "", width: 64, height: 64 }))));
    document.getElementById("goes-on").hidden = !several;
    document.getElementById("undo").disabled = changes.length === 0 && state.figures.undoable === 0;
    document.getElementById("skip").disabled = !state.current;
  }

  function drawStage() {
    if (!state.current) {
      parts.stage.replaceChildren(notice(state.figures.labeled >= state.figures.images ? "Every image has a label."
        : state.figures.skipped > 0 ? `There is nothing more to propose: ${counted(state.figures.skipped, "image")} ${state.figures.skipped === 1 ? "was" : "were"} skipped.`
          : "There is nothing more to propose."));
      if (state.figures.skipped > 0) parts.stage.append(el("button", { type: "button", id: "propose-skipped", onclick: proposeSkipped }, "Propose them again"));
      return;
    }
    const { image, guess, share } = state.current;
    parts.stage.replaceChildren(el("img", { src: large(image), alt: `Image to label: ${fileName(image.name)}` }),
      el("p", { class: "row" }, el("span", { class: "soft" }, fileName(image.name)),
        state.labels.map(label => el("b", { class: "tag" }, label)),
        guess && !several && el("button", { type: "button", class: "push", id: "guess", onclick: () => give(guess) },
          el("span", {}, `Is it ${guess}? (${percent(share)})`), el("kbd", {}, "Enter"))));
  }

  function drawFigures() {
    const { labeled, images, agreement, coverage, radius } = state.figures;
    parts.figures.replaceChildren(
      figure("Labeled", `${count(labeled)}`, `of ${counted(images, "image")}`, null),
      figure("Agreement", agreement === null ? "-" : percent(agreement), "of labeled images: their neighbors say the same", "agreement"),
      figure("Coverage", percent(coverage), `of all images: a labeled one is within ${counted(radius, "bit")}`, "coverage"));
  }
}

const large = image => `${image.thumbnail}&side=1024`;

function figure(name, value, remark, kept) {
  const values = kept ? history.map(each => each[kept]) : [];
  // A tenth of the scale at least, so that a small change looks small.
  const low = Math.min(...values), range = Math.max(Math.max(...values) - low, .1);
  const points = values.map((value, i) => `${i / Math.max(values.length - 1, 1) * 100},${29 - (value - low) / range * 26}`);
  return el("div", { class: "figure" }, el("span", { class: "what" }, name), el("strong", { id: name.toLowerCase() }, value),
    points.length > 1 ? el("svg", { viewBox: "0 0 100 32", preserveAspectRatio: "none", "aria-hidden": "true" }, el("polyline", { points: points.join(" ") })) : null,
    el("span", { class: "soft" }, remark));
}
