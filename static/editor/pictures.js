// Pictures that are dropped, pasted or chosen: each is asked for its words, brought in, and shown where the caret is.

const images = (files) => [...files].filter(({ type }) => type.startsWith("image/"));

export const bringing = (surface, field) => {
  const dialog = document.querySelector("#blog-bring");
  const choose = document.querySelector("#blog-choose");
  const ask = (files) => open(dialog, files, (lines) => surface.insert(lines.join("\n\n")));

  choose.onchange = () => {
    ask([...choose.files]);
    choose.value = "";
  };
  const take = (event, { files }) => {
    if (!images(files).length) return;
    event.preventDefault();
    event.stopPropagation();
    ask(images(files));
  };
  field.addEventListener("paste", (event) => take(event, event.clipboardData), true);
  field.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault(); // else the browser would leave for it
  });
  field.addEventListener("drop", (event) => {
    take(event, event.dataTransfer);
    event.stopPropagation(); // words that are dragged about land by themselves
  }, true);
  return { choose: () => choose.click() };
};

const open = (dialog, files, done) => {
  if (!files.length) return;
  const form = dialog.querySelector("form");
  const list = dialog.querySelector("[data-brought]");
  const lines = [];
  const end = () => {
    if (dialog.open) dialog.close();
    if (lines.length) done(lines.splice(0));
  };

  list.replaceChildren(...files.map((file, at) => row(dialog, file, at)));
  form.onsubmit = async (event) => {
    event.preventDefault();
    await send(dialog, list, lines);
    if (!list.children.length) end();
  };
  list.onclick = ({ target }) => {
    if (!target.closest("[data-drop]")) return;
    target.closest(".field").remove();
    if (!list.children.length) end();
  };
  dialog.querySelector("[data-close]").onclick = end;
  dialog.onclose = end; // by the Escape key, too: what has come is shown
  dialog.showModal();
  list.querySelector("input").focus();
};

const row = (dialog, file, at) => {
  const made = dialog.querySelector("template").content.cloneNode(true).firstElementChild;
  const [label, input, error] = ["label", "input", ".error"].map((what) => made.querySelector(what));
  label.querySelector("small").textContent = file.name;
  label.htmlFor = input.id = `brought-${at}`;
  error.id = `brought-${at}-error`;
  input.setAttribute("aria-describedby", error.id);
  made.file = file;
  const reader = new FileReader();
  reader.onload = () => input.before(Object.assign(new Image(), { src: reader.result, alt: "" }));
  reader.readAsDataURL(file);
  return made;
};

// One after the other, as the machine makes them; what is refused stays, with the reason beside it.
const send = async (dialog, list, lines) => {
  const button = dialog.querySelector(".primary");
  const progress = dialog.querySelector("[data-progress]");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  progress.textContent = button.dataset.working;
  for (const one of [...list.children]) {
    const { line, refused } = await bring(one.file, one.querySelector("input").value);
    if (line) {
      lines.push(line);
      one.remove();
    } else {
      one.querySelector(".error span").textContent = refused;
      one.querySelector(".error").hidden = false;
      one.querySelector("input").ariaInvalid = "true";
    }
  }
  button.ariaBusy = null;
  progress.textContent = "";
  list.querySelector("input")?.focus();
};

const bring = async (file, alt) => {
  const body = new FormData();
  body.append("alt", alt);
  body.append("file", file);
  try {
    const answer = await fetch("/blog/media", { method: "POST", body, headers: { accept: "application/json" } });
    const said = await answer.json();
    return { line: said.line, refused: said.refused ?? said.error };
  } catch {
    return { refused: document.querySelector("#no-answer").content.textContent.trim() };
  }
};
