// Copies the text of a field beside a button, in the admin.
const SHOWN_MILLISECONDS = 2000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy-button");
  if (!button) return;
  const field = button.parentElement.querySelector(".copy-text");
  field.select();
  await copy(field);
  confirmOn(button);
});

async function copy(field) {
  // Without HTTPS there is no clipboard object, but the older command still copies a selection.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
}

function confirmOn(button) {
  const text = button.textContent;
  if (text === button.dataset.done) return;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = text; }, SHOWN_MILLISECONDS);
}
