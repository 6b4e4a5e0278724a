// The number is the field; a slider beside it appears when this script runs and both follow each other.
for (const slider of document.querySelectorAll(".showroom-slider input[type=range]")) {
  const number = document.getElementById(slider.dataset.for);
  for (const limit of ["min", "max", "step"]) slider.setAttribute(limit, number.getAttribute(limit) ?? "");
  slider.value = number.value;
  slider.hidden = false;
  slider.addEventListener("input", () => { number.value = slider.value; });
  number.addEventListener("input", () => { slider.value = number.value; });
}
